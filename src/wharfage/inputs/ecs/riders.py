"""What rides along with a service's tasks: load balancers, public addresses, EBS volumes."""

from __future__ import annotations

from collections.abc import Iterator

from wharfage.inputs.drafts import Draft
from wharfage.inputs.fields import Field
from wharfage.inputs.stack import Row


def load_balancer(root: Field, name: str, said: Draft) -> list[Row]:
    """Load balancer of a service; none where it names none.

    A service names target groups, not the load balancer that stands before them: they count as
    one application load balancer, which is what most services have, and that is said.
    """
    entries = list(root["loadBalancers"].each())
    if not entries:
        return []
    is_classic = all(each["loadBalancerName"] and not each["targetGroupArn"] for each in entries)
    ports = {each["containerPort"].count() for each in entries} - {None}
    if not is_classic:
        text = (
            f"{len(entries)} target group(s) count as one application load balancer, open to the"
            " internet; none, if it is another service's too"
        )
        said.note("load_balancer_assumed", text, root["loadBalancers"])
    return [
        {
            "kind": "load_balancer",
            "name": name,
            "count": 1,
            "load_balancer_type": "classic" if is_classic else "application",
            "scheme": "internet_facing",
            "port_count": max(1, len(ports)),
            "manifest_file": root.document.file,
            "where": root["loadBalancers"].where,
        }
    ]


def addresses(root: Field, replicas: int) -> Iterator[Row]:
    """Public IPv4 addresses of tasks that get one each."""
    public = root.at("networkConfiguration", "awsvpcConfiguration", "assignPublicIp")
    if public.text() == "ENABLED":
        yield {
            "kind": "public_ipv4",
            "name": "assignPublicIp",
            "count": replicas,
            "manifest_file": root.document.file,
            "where": public.where,
        }


def disks(root: Field, replicas: int) -> Iterator[Row]:
    """EBS volumes that every task of a service gets when it starts."""
    for volume in root["volumeConfigurations"].each():
        managed = volume["managedEBSVolume"]
        if not managed:
            continue
        size = managed["sizeInGiB"].count()
        extra = {"iops": managed["iops"].count(), "throughput_mibps": managed["throughput"].count()}
        yield {
            "kind": "disk",
            "name": volume["name"].text("?"),
            "count": replicas,
            "storage_gib": None if size is None else float(size),
            "storage_class": managed["volumeType"].text("gp3"),
            **{column: value for column, value in extra.items() if value is not None},
            "is_shared": False,
            "manifest_file": root.document.file,
            "where": managed.where,
        }
