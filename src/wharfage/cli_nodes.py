"""``wharfage nodes``: the cheapest nodes for pods, on one service in one region."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wharfage.cli_completion import one_of, regions, services
from wharfage.cli_faults import DONE, SOME_UNPRICED
from wharfage.cli_options import (
    INPUT,
    NODES,
    OUTPUT,
    REASONS_SHOWN,
    SEARCH,
    AssumeOption,
    BeforeFirstOption,
    Fleet,
    FreeTierOption,
    JsonOption,
    MonthOption,
    OnOption,
    PurchaseOption,
    RatesOption,
    keywords_of,
    number_option,
    print_json,
    read_filled,
    words,
)
from wharfage.cli_pictures import PictureOption, draw, read_pictures
from wharfage.cli_progress import counting

ServiceOption = Annotated[
    str,
    typer.Option(
        "--service",
        metavar="ID",
        help="aws.eks_nodes, gcp.gke_standard, …; not a cell's filling.",
        autocompletion=services,
        rich_help_panel=INPUT,
    ),
]
RegionOption = Annotated[
    str,
    typer.Option(
        "--region",
        metavar="CODE",
        help="Where the nodes are.",
        autocompletion=regions,
        rich_help_panel=INPUT,
    ),
]
TypesOption = Annotated[
    str | None,
    typer.Option(
        "--instance-types",
        metavar="TYPE,TYPE",
        help="Types or families: m7i,c7g.*",
        rich_help_panel=NODES,
    ),
]
NodeVcpuOption = Annotated[
    float | None, number_option("--max-node-vcpu", "Largest node, nominally.", NODES)
]
NodeMemoryOption = Annotated[float | None, number_option("--max-node-memory-gib", panel=NODES)]
SharedOption = Annotated[
    bool,
    typer.Option(
        "--share-gpu-nodes",
        help="Pods without a GPU may run on GPU nodes.",
        rich_help_panel=NODES,
    ),
]
PodsModeOption = Annotated[
    str,
    typer.Option(
        "--max-pods-mode",
        metavar="eni|prefix_delegation",
        help="EKS only.",
        autocompletion=one_of("eni", "prefix_delegation"),
        rich_help_panel=NODES,
    ),
]
MaximumPodsOption = Annotated[
    int | None, number_option("--maximum-pods", "Most pods of a node.", NODES)
]
DaemonsetVcpuOption = Annotated[
    float, number_option("--daemonset-vcpu", "Of all DaemonSets, on every node.", NODES)
]
DaemonsetMemoryOption = Annotated[float, number_option("--daemonset-memory-gib", panel=NODES)]
DaemonsetPodsOption = Annotated[int, number_option("--daemonset-pods", panel=NODES)]
FeeOption = Annotated[
    float, number_option("--node-fee", "Fee of a vendor per node and hour.", NODES)
]
SpotShareOption = Annotated[
    float, number_option("--spot-share", "Share of the on-demand pods, from 0 to 1.", NODES)
]
BaseOption = Annotated[
    int, number_option("--on-demand-base", "Pods of each workload kept on demand.", NODES)
]
DiskOption = Annotated[float, number_option("--boot-disk-gib", panel=NODES)]
DiskTypeOption = Annotated[
    str | None, typer.Option("--boot-disk-type", metavar="TYPE", rich_help_panel=NODES)
]
AddressesOption = Annotated[int, number_option("--public-ipv4-count", "Of every node.", NODES)]
ZonesOption = Annotated[
    int | None, number_option("--zones", "Pods are dealt out over them evenly.", NODES)
]
StepOption = Annotated[
    float, number_option("--step-hours", "Of a plan for pods that start and end.", SEARCH)
]
SecondsOption = Annotated[float, number_option("--seconds", "When to stop searching.", SEARCH)]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write the pods: .csv, .parquet or .json.",
        rich_help_panel=OUTPUT,
    ),
]


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
    picture: PictureOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    r"""Plan nodes: machine types and counts for pods, with a bound on what any plan costs.

    For example:
      wharfage nodes example --service aws.eks_nodes --region us-east-1
      wharfage nodes example --service gcp.gke_standard --region us-central1 \
          --purchase-option spot --max-node-vcpu 16 --json
    """
    from wharfage import plan_nodes  # noqa: PLC0415  keeps --help quick
    from wharfage.outputs import bills, files, node_plans, tables  # noqa: PLC0415

    if out is not None:
        files.check_output_path(out)
    pictures = read_pictures(picture, "NodePlan")
    common = keywords_of(on, month, rates, free_tier, "round_up", before_first, assume, False)  # noqa: FBT003
    err = tables.messages()
    with counting(err, "packing") as progress:
        plan = plan_nodes(
            read_filled(fleet, {}),
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
            progress=progress,
            **{name: value for name, value in common.items() if name not in ("sizes", "strict")},
        )
    if out is not None:
        files.write_frame(bills.with_provenance(plan.pods, plan), out)
        err.print(f"{len(plan.pods):,} rows written to {out}")
    if as_json:
        print_json(node_plans.plan_document(plan))
    elif out is None:
        node_plans.print_plan(tables.console(), plan)
    draw(plan, pictures)
    unplaced = node_plans.print_unplaced(err, plan, REASONS_SHOWN)
    raise typer.Exit(SOME_UNPRICED if unplaced else DONE)
