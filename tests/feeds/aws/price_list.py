"""Products of the AWS price list, small and in its own shape.

Prices and SKU ids are AWS's, as read in October 2025 (Fargate, EKS) and in 2026 (EC2, whose SKU
ids here are invented: no source states them).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

PUBLISHED = "2026-10-05T18:30:00Z"
VERSION = "20261005183000"
PREFIX = {"us-east-1": "USE1-", "ap-northeast-2": "APN2-", "eu-west-1": "EU-"}
REGIONS = tuple(PREFIX)
TERM = "JRTCKXETXF"

#: usage type, operation, unit, then (SKU, price) in the three regions
ECS_ROWS = (
    (
        "Fargate-vCPU-Hours:perCPU",
        "hours",
        ("8CESGAFWKAJ98PME", "0.0404800000"),
        ("DS579H2QDYXPJDKE", "0.0465600000"),
        ("K4EXFQ5YFQCP98EN", "0.0404800000"),
    ),
    (
        "Fargate-GB-Hours",
        "hours",
        ("PBZNQUSEXZUC34C9", "0.0044450000"),
        ("KJE68NNYFF2BQG98", "0.0051100000"),
        ("UP5ETC3QSW2QZGEY", "0.0044450000"),
    ),
    (
        "Fargate-ARM-vCPU-Hours:perCPU",
        "hours",
        ("XSZATS4VYMDC9CYN", "0.0323800000"),
        ("27GM5GDE29DV8J8U", "0.0372500000"),
        ("KXC9CEUQGJQPNZPY", "0.0323800000"),
    ),
    (
        "Fargate-ARM-GB-Hours",
        "hours",
        ("UNH9KPQP7W7C66C9", "0.0035600000"),
        ("HNBF4GM42YHAVRU3", "0.0040900000"),
        ("MGJ5EB5GSHR8QZDF", "0.0035600000"),
    ),
    (
        "Fargate-Windows-vCPU-Hours:perCPU",
        "hours",
        ("RF2BUTAD289DREDC", "0.0465520000"),
        ("ZUJKFYNATF6XJAA5", "0.0535440000"),
        ("3V9A5XTNJBY93V85", "0.0465520000"),
    ),
    (
        "Fargate-Windows-GB-Hours",
        "hours",
        ("8QDMJPGQCM368Z6X", "0.0051117500"),
        ("Z2B4TFF9S634SVBG", "0.0058765000"),
        ("73MS8DZJC4UENPS2", "0.0051117500"),
    ),
    (
        "Fargate-Windows-OS-Hours:perCPU",
        "hours",
        ("9D3ZWXRS2VXMZET6", "0.0460000000"),
        ("FEE3Y78Y7KFTY5VX", "0.0460000000"),
        ("C2JZ54VTCJX2FV4Z", "0.0460000000"),
    ),
    (
        "Fargate-EphemeralStorage-GB-Hours",
        "GB-Hours",
        ("7KPDPTDSCT4J3Z64", "0.0001110000"),
        ("29T7D747FJ3ND7H7", "0.0001270000"),
        ("3N9FHWEQ6PQF335G", "0.0001220000"),
    ),
)

EKS_ROWS = (
    (
        "Fargate-vCPU-Hours:perCPU",
        "",
        ("3JPC5EER47BUUFC6", "0.0404800000"),
        ("HKM6UK285B7SZAA2", "0.0465600000"),
        ("WSQVUF527AQ8ZBPA", "0.0404800000"),
    ),
    (
        "Fargate-GB-Hours",
        "",
        ("PT22UKNZNU9D3XSN", "0.0044450000"),
        ("2Z8XCQK34ZJF2JUD", "0.0051100000"),
        ("YBF4D7Q5BJ7FVVBE", "0.0044450000"),
    ),
    (
        "AmazonEKS-Hours:perCluster",
        "CreateOperation",
        ("ZYWMR684YSMFHWEU", "0.1000000000"),
        ("8HAE52ZNS3QC3Q8Q", "0.1000000000"),
        ("HYMNGN7MKVJ8Y4HA", "0.1000000000"),
    ),
    (
        "AmazonEKS-Hours:extendedSupport",
        "ExtendedSupport",
        ("M7977BSVFGDUJZ67", "0.5000000000"),
        ("RCKAWNXK4CUE9XRH", "0.5000000000"),
        ("4W968U8SHGMMPK7D", "0.5000000000"),
    ),
)

EC2_ROWS = (
    ("m7g.large", "0.0816000000", "0.1003000000", "0.0910000000"),
    ("c6g.xlarge", "0.1360000000", "0.1540000000", "0.1459000000"),
    ("t3.micro", "0.0104000000", "0.0130000000", "0.0114000000"),
)

DISK_ROWS = (("gp3", "0.08", "0.0912", "0.088"), ("gp2", "0.10", "0.114", "0.11"))

LINUX = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "capacitystatus": "Used",
    "preInstalledSw": "NA",
    "licenseModel": "No License required",
    "marketoption": "OnDemand",
}

Item = dict[str, Any]


def item(
    code: str,
    sku: str,
    region: str,
    usage_type: str,
    price: str | Sequence[tuple[str, str, str]],
    *,
    unit: str = "hours",
    operation: str = "",
    family: str = "Compute",
    currency: str = "USD",
    **attributes: str,
) -> Item:
    """Give an item of GetProducts; `price` is one price, or (begin, end, price) of every tier."""
    tiers = [("0", "Inf", price)] if isinstance(price, str) else price
    dimensions = {
        f"{sku}.{TERM}.DIM{number}": {
            "unit": unit,
            "beginRange": begin,
            "endRange": end,
            "description": "AWS Fargate - Windows - Linux - anything at all",
            "appliesTo": [],
            "rateCode": f"{sku}.{TERM}.DIM{number}",
            "pricePerUnit": {currency: each},
        }
        for number, (begin, end, each) in enumerate(tiers)
    }
    return {
        "product": {
            "productFamily": family,
            "attributes": {
                "regionCode": region,
                "servicecode": code,
                "usagetype": usage_type,
                "locationType": "AWS Region",
                "operation": operation,
                **attributes,
            },
            "sku": sku,
        },
        "serviceCode": code,
        "terms": {
            "OnDemand": {
                f"{sku}.{TERM}": {
                    "priceDimensions": dimensions,
                    "sku": sku,
                    "effectiveDate": "2026-10-01T00:00:00Z",
                    "offerTermCode": TERM,
                    "termAttributes": {},
                }
            }
        },
        "version": VERSION,
        "publicationDate": PUBLISHED,
    }


def ecs_items() -> list[Item]:
    """Give every Fargate product of three regions."""
    return [
        item("AmazonECS", sku, region, PREFIX[region] + usage_type, price, unit=unit)
        for usage_type, unit, *cells in ECS_ROWS
        for region, (sku, price) in zip(REGIONS, cells, strict=True)
    ]


def eks_items() -> list[Item]:
    """Give the Fargate and cluster products of EKS in three regions."""
    return [
        item("AmazonEKS", sku, region, PREFIX[region] + usage_type, price, operation=operation)
        for usage_type, operation, *cells in EKS_ROWS
        for region, (sku, price) in zip(REGIONS, cells, strict=True)
    ]


def machine(sku: str, region: str, name: str, price: str, **other: str) -> Item:
    """Give an EC2 machine; us-east-1 has no prefix in EC2 usage types."""
    prefix = "" if region == "us-east-1" else PREFIX[region]
    facts = {"operation": "RunInstances"} | LINUX | {"instanceType": name} | other
    usage_type = f"{prefix}BoxUsage:{name}"
    return item(
        "AmazonEC2", sku, region, usage_type, price, unit="Hrs", family="Compute Instance", **facts
    )


def ec2_items() -> list[Item]:
    """Give three machines and two disks of three regions."""
    machines = [
        machine(f"{name}-{region}", region, name, price)
        for name, *cells in EC2_ROWS
        for region, price in zip(REGIONS, cells, strict=True)
    ]
    disks = [
        item(
            "AmazonEC2",
            f"{name}-{region}",
            region,
            f"{PREFIX[region]}EBS:VolumeUsage.{name}",
            price,
            unit="GB-Mo",
            family="Storage",
            volumeApiName=name,
        )
        for name, *cells in DISK_ROWS
        for region, price in zip(REGIONS, cells, strict=True)
    ]
    return machines + disks


def ipv4_items() -> list[Item]:
    """Give the public IPv4 address of three regions."""
    skus = ("4GQUNXTFWVSGPUZK", "ZKBHEVDXYBRCKFQ8", "CNZ4XSXPRJXGA4ZF")
    return [
        item(
            "AmazonVPC",
            sku,
            region,
            f"{PREFIX[region]}PublicIPv4:InUseAddress",
            "0.0050000000",
            unit="Hrs",
        )
        for sku, region in zip(skus, REGIONS, strict=True)
    ]


def offer_file(code: str, items: Iterable[Item]) -> Item:
    """Give the bulk file of items of one region: products first, then their terms."""
    listed = list(items)
    terms: Item = {}
    for each in listed:
        terms.setdefault(each["product"]["sku"], {}).update(each["terms"]["OnDemand"])
    return {
        "formatVersion": "v1.0",
        "disclaimer": "for information only",
        "offerCode": code,
        "version": VERSION,
        "publicationDate": PUBLISHED,
        "products": {each["product"]["sku"]: each["product"] for each in listed},
        "terms": {"OnDemand": terms, "Reserved": {"OTHER": {}}},
    }


def plan_file(region: str, rates: Iterable[tuple[str, str, str, str, str]]) -> Item:
    """Give a Savings Plans file: (family, term, payment, discounted SKU, price) of every rate."""
    plans: dict[tuple[str, str, str], list[Item]] = {}
    for family, term, payment, sku, price in rates:
        plans.setdefault((family, term, payment), []).append(
            {
                "discountedSku": sku,
                "discountedUsageType": "of no interest",
                "discountedOperation": "",
                "discountedServiceCode": "AmazonECS",
                "rateCode": f"PLAN{len(plans)}.{sku}",
                "unit": "Hrs",
                "discountedRate": {"price": price, "currency": "USD"},
            }
        )
    return {
        "version": VERSION,
        "publicationDate": "2026-10-06T01:00:00Z",
        "regionCode": region,
        "products": [
            {
                "sku": f"PLAN{number}",
                "productFamily": family,
                "serviceCode": "ComputeSavingsPlans",
                "attributes": {"purchaseOption": payment, "purchaseTerm": term, "location": "Any"},
            }
            for number, (family, term, payment) in enumerate(plans, start=1)
        ],
        "terms": {
            "savingsPlan": [
                {"sku": f"PLAN{number}", "description": "a plan", "rates": listed}
                for number, listed in enumerate(plans.values(), start=1)
            ]
        },
    }


def spot_feed(rows: Iterable[tuple[str, str, str]]) -> Item:
    """Give the Fargate Spot feed: (region, unit, price)."""
    return {
        "metadata": {"format:version": "1.0", "source:version": "20261007000000"},
        "prices": [
            {
                "id": f"id-{number}",
                "unit": unit,
                "price": {"USD": price},
                "attributes": {"aws:region": region, "aws:label": "no matter"},
            }
            for number, (region, unit, price) in enumerate(rows)
        ],
    }
