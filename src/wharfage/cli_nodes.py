"""``wharfage nodes``: the cheapest nodes for pods, on one service in one region."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from wharfage.cli_options import (
    AssumeOption,
    BeforeFirstOption,
    Fleet,
    FreeTierOption,
    MonthOption,
    OnOption,
    PurchaseOption,
    RatesOption,
    keywords_of,
    words,
)

if TYPE_CHECKING:
    import pandas as pd

DONE, SOME_UNPLACED = 0, 1
#: distinct reasons shown in a summary
REASONS_SHOWN = 8

ServiceOption = Annotated[
    str, typer.Option("--service", help="aws.eks_nodes, gcp.gke_standard, …; not a cell's filling.")
]
RegionOption = Annotated[str, typer.Option("--region", help="Where the nodes are.")]
TypesOption = Annotated[
    str | None,
    typer.Option("--instance-types", help="Comma-separated types or families: m7i,c7g.*"),
]
NodeVcpuOption = Annotated[
    float | None, typer.Option("--max-node-vcpu", help="Largest node, nominally.")
]
NodeMemoryOption = Annotated[float | None, typer.Option("--max-node-memory-gib")]
SharedOption = Annotated[
    bool, typer.Option("--share-gpu-nodes", help="Pods without a GPU may run on GPU nodes.")
]
PodsModeOption = Annotated[
    str, typer.Option("--max-pods-mode", metavar="eni|prefix_delegation", help="EKS only.")
]
MaximumPodsOption = Annotated[
    int | None, typer.Option("--maximum-pods", help="Most pods of a node.")
]
DaemonsetVcpuOption = Annotated[
    float, typer.Option("--daemonset-vcpu", help="Of all DaemonSets, on every node.")
]
DaemonsetMemoryOption = Annotated[float, typer.Option("--daemonset-memory-gib")]
DaemonsetPodsOption = Annotated[int, typer.Option("--daemonset-pods")]
FeeOption = Annotated[float, typer.Option("--node-fee", help="Fee of a vendor per node and hour.")]
SpotShareOption = Annotated[
    float, typer.Option("--spot-share", help="Share of the on-demand pods, from 0 to 1.")
]
BaseOption = Annotated[
    int, typer.Option("--on-demand-base", help="Pods of each workload kept on demand.")
]
DiskOption = Annotated[float, typer.Option("--boot-disk-gib")]
DiskTypeOption = Annotated[str | None, typer.Option("--boot-disk-type")]
AddressesOption = Annotated[int, typer.Option("--public-ipv4-count", help="Of every node.")]
ZonesOption = Annotated[
    int | None, typer.Option("--zones", help="Pods are dealt out over them evenly.")
]
StepOption = Annotated[
    float, typer.Option("--step-hours", help="Of a plan for pods that start and end.")
]
SecondsOption = Annotated[float, typer.Option("--seconds", help="When to stop searching.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write the pods: .csv, .parquet or .json."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the whole plan as JSON.")]


def nodes(
    fleet: Fleet,
    service: ServiceOption,
    region: RegionOption,
    purchase_option: PurchaseOption = None,
    instance_types: TypesOption = None,
    max_node_vcpu: NodeVcpuOption = None,
    max_node_memory_gib: NodeMemoryOption = None,
    share_gpu_nodes: SharedOption = False,  # noqa: FBT002
    max_pods_mode: PodsModeOption = "eni",
    maximum_pods: MaximumPodsOption = None,
    daemonset_vcpu: DaemonsetVcpuOption = 0.0,
    daemonset_memory_gib: DaemonsetMemoryOption = 0.0,
    daemonset_pods: DaemonsetPodsOption = 0,
    node_fee: FeeOption = 0.0,
    spot_share: SpotShareOption = 0.0,
    on_demand_base: BaseOption = 0,
    boot_disk_gib: DiskOption = 0.0,
    boot_disk_type: DiskTypeOption = None,
    public_ipv4_count: AddressesOption = 0,
    zones: ZonesOption = None,
    step_hours: StepOption = 1.0,
    seconds: SecondsOption = 10.0,
    on: OnOption = None,
    month: MonthOption = "730h",
    rates: RatesOption = None,
    free_tier: FreeTierOption = "account",
    before_first: BeforeFirstOption = None,
    assume: AssumeOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Plan nodes: machine types and counts for pods, with a bound on what any plan costs.

    Example: wharfage nodes example --service aws.eks_nodes --region us-east-1
    """
    from wharfage import plan_nodes  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import bills, files, node_plans, tables  # noqa: PLC0415

    if out is not None:
        files.check_output_path(out)
    common = keywords_of(on, month, rates, free_tier, "round_up", before_first, assume, False)  # noqa: FBT003
    plan = plan_nodes(
        read_pods_of(fleet),
        service=service,
        region=region,
        purchase_option=purchase_option,
        instance_types=words(instance_types),
        max_node_vcpu=max_node_vcpu,
        max_node_memory_gib=max_node_memory_gib,
        share_gpu_nodes=share_gpu_nodes,
        max_pods_mode=max_pods_mode,
        maximum_pods=maximum_pods,
        daemonset_vcpu=daemonset_vcpu,
        daemonset_memory_gib=daemonset_memory_gib,
        daemonset_pods=daemonset_pods,
        node_fee=node_fee,
        spot_share=spot_share,
        on_demand_base=on_demand_base,
        boot_disk_gib=boot_disk_gib,
        boot_disk_type=boot_disk_type,
        public_ipv4_count=public_ipv4_count,
        zones=zones,
        step_hours=step_hours,
        seconds=seconds,
        **{name: value for name, value in common.items() if name not in ("sizes", "strict")},
    )
    err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
    if out is not None:
        files.write_frame(bills.with_provenance(plan.pods, plan), out)
        err.print(f"{len(plan.pods):,} rows written to {out}")
    if as_json:
        typer.echo(node_plans.as_json(plan))
    elif out is None:
        node_plans.print_plan(tables.console(), plan)
    unplaced = node_plans.print_unplaced(err, plan, REASONS_SHOWN)
    raise typer.Exit(SOME_UNPLACED if unplaced else DONE)


def read_pods_of(fleet: str) -> pd.DataFrame:
    """Pods of a file, or of the bundled example."""
    from wharfage.examples import NAME, example_fleet_path  # noqa: PLC0415  keeps --help quick
    from wharfage.inputs.fleet import read_file  # noqa: PLC0415

    path = Path(fleet)
    return read_file(example_fleet_path() if fleet == NAME and not path.exists() else path)
