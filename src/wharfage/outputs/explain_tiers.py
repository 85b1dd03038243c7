"""Graduated prices in words: how the average that a workload pays follows from its account's usage."""

from __future__ import annotations

import numpy as np

from wharfage.engine.pooling import account_usage, graduated_meters, tiers_used
from wharfage.engine.priced import PricedFleet, ServiceResult
from wharfage.outputs.figures import number


def tier_lines(priced: PricedFleet, result: ServiceResult, row: int) -> dict[str, list[str]]:
    """Arithmetic of the average price, by meter, for meters of which the account reaches a second tier.

    Tiers count what the whole account uses in a month, and every workload pays the average: who
    sees one workload only could not check its price.
    """
    plan = result.plan
    usage = account_usage(priced, plan) if graduated_meters(plan) else None
    if usage is None:
        return {}
    position = int(np.flatnonzero(result.rows == row)[0])
    currency = priced.book.table(plan.service.id).form.currency
    said = {}
    for name in graduated_meters(plan):
        found = tiers_used(plan, usage, name, position)
        if found is None or not found[0][1:].any():
            continue
        meter = plan.prices[name].meter
        used, prices = found[0] * meter.per_canonical_unit, found[1] / meter.per_canonical_unit
        parts = [f"{number(q)} x {number(p)}" for q, p in zip(used, prices, strict=True) if q > 0]
        said[name] = [
            f"the average over the account's {number(float(used.sum()))} {meter.form.pricing_unit} at these prices:",
            f"{' + '.join(parts)} = {number(float(used @ prices))} {currency}",
        ]
    return said
