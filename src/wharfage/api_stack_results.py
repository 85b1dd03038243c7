"""Results for documents: the bill of a stack, and a stack on every platform."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from wharfage.analysis.stack_compare import ComparedStack
from wharfage.analysis.stack_prices import SharedNodes, SuccessorCost, nodes_of
from wharfage.analysis.stack_riders import MissingInput
from wharfage.analysis.stacks import PlacedStack
from wharfage.api import Bill
from wharfage.engine.priced import PricedFleet
from wharfage.inputs.stack import Note
from wharfage.outputs.stack_explain import explain_shared, stack_assumptions


class StackBill(Bill):
    """What a stack costs on a platform: workloads, riders and clusters, each a row."""

    def __init__(
        self,
        priced: PricedFleet,
        placed: PlacedStack,
        ends: tuple[float, float] | None,
        successors: Sequence[SuccessorCost],
    ) -> None:
        super().__init__(priced)
        self._placed = placed
        self._ends = ends
        self._successors = successors

    @property
    def missing(self) -> list[MissingInput]:
        """Amounts that nobody stated, with the option that supplies each."""
        return list(self._placed.missing)

    @property
    def notes(self) -> list[Note]:
        """What was assumed or not understood in the documents, with the place."""
        priced = self._priced
        return [
            *self._placed.notes,
            *(priced.notes_on_room if isinstance(priced, SharedNodes) else ()),
        ]

    @property
    def shared_nodes(self) -> set[str]:
        """Ids of nodes of which workloads pay their part, so that their rows are what stands idle."""
        priced = self._priced
        return priced.shared_nodes if isinstance(priced, SharedNodes) else set()

    @property
    def range(self) -> tuple[float, float] | None:
        """Monthly cost with every autoscaler at its least and at its most; None without any."""
        return self._ends

    @property
    def on_each_node(self) -> set[str]:
        """Ids of workloads that have one pod on each of the nodes."""
        priced = self._priced
        return priced.on_each_node if isinstance(priced, SharedNodes) else set()

    @property
    def successors(self) -> list[SuccessorCost]:
        """For platforms that take no new customers: what their workloads cost on the next one."""
        return list(self._successors)

    @property
    def nodes(self) -> pd.DataFrame:
        """Nodes that were planned for the stack; no rows where it needs none.

        Returns
        -------
        DataFrame
            service, region, instance_type, node_count, purchase_option, monthly_cost (all of
            them), idle_cost (what no workload asks for).
        """
        return nodes_of(self._priced)

    @cached_property
    def assumptions(self) -> dict[str, str]:
        """Everything that was taken for granted, by name, in words."""
        return stack_assumptions(self._priced)

    def lines(self) -> pd.DataFrame:
        """One row per charge, as of any bill; `node_share` is what is shared out of nodes."""
        priced = self._priced
        return priced.lines() if isinstance(priced, SharedNodes) else super().lines()

    def explain(self, workload: str | int) -> str:
        """Arithmetic of one row as text; of pods on nodes, what they pay of which nodes.

        Raises
        ------
        InvalidValueError
            If the stack has no such row.
        """
        priced = self._priced
        if isinstance(priced, SharedNodes):
            found = explain_shared(priced, str(workload))
            if found is not None:
                return found
        return super().explain(workload)

    @cached_property
    def parts(self) -> pd.DataFrame:
        """Monthly cost by part (workload, load_balancer, disk, cluster and the like).

        Returns
        -------
        DataFrame
            part, rows, unpriced, monthly_cost; unpriced rows are counted and left out.
        """
        frame = self.frame
        frame = frame.assign(unpriced=frame["monthly_cost"].isna())
        groups = frame.groupby("part", sort=False)
        sums = groups.agg(
            rows=("workload", "size"),
            unpriced=("unpriced", "sum"),
            monthly_cost=("monthly_cost", "sum"),
        )
        return sums.reset_index()


class StackComparison:
    """A stack on every platform that can run it, ranked."""

    def __init__(self, compared: ComparedStack) -> None:
        self._compared = compared

    @property
    def on(self) -> dt.date:
        """Date whose rates and rules were used."""
        return self._compared.options.on

    @property
    def month(self) -> str:
        """Month that was priced, as given."""
        return self._compared.options.month.text

    @property
    def rate_book_digest(self) -> str:
        """Digest of the rate book."""
        return self._compared.book.digest

    @property
    def totals(self) -> pd.DataFrame:
        """The stack on each platform: complete answers first, then cheapest first."""
        return self._compared.totals

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Nodes that were planned on each platform, in order of rank.

        Returns
        -------
        DataFrame
            As of a bill of the stack.
        """
        frames = [nodes_of(each.priced) for each in self._compared.ranked if each.priced]
        frames = [frame for frame in frames if len(frame)] or frames[:1]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    @property
    def left_out(self) -> pd.DataFrame:
        """Workloads that a platform cannot run, and rows that have no price, with the reason."""
        return self._compared.left_out

    @property
    def missing(self) -> list[MissingInput]:
        """Amounts that nobody stated, with the option that supplies each."""
        return self._compared.missing

    @property
    def notes(self) -> list[Note]:
        """What was assumed or not understood in the documents, with the place."""
        return list(self._compared.notes)

    @cached_property
    def parts(self) -> pd.DataFrame:
        """Every workload, rider and cluster on every platform, with its monthly cost."""
        frames = []
        for rank, each in enumerate(self._compared.ranked, start=1):
            own: dict[str, Any] = {
                "rank": rank,
                "platform": each.platform.service,
                "purchase_option": each.where.purchase_option,
                "billing_mode": each.where.billing_mode,
                "nodes": each.nodes,
            }
            if len(each.parts):
                frames.append(each.parts.assign(**own))
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    @cached_property
    def assumptions(self) -> dict[str, str]:
        """Everything that was taken for granted, by name, in words."""
        said: dict[str, str] = {}
        for each in self._compared.ranked:
            if each.priced is not None:
                said |= stack_assumptions(each.priced)
        return said
