"""An EC2 offer file of any size, served over a socket and read by a process of its own.

The shape is AWS's: every product, then its on-demand term, then ten reserved terms for each. The
full size is run by hand::

    python tests/feeds/aws/large_offer_file.py --mib 2560

It prints peak memory, time and what was read; the test beside it runs a small one.
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TextIO

REGION = "us-east-1"
MIB = 1 << 20
#: one product in this many is Linux on demand; the others are other systems, tenancies, reservations
WANTED_EVERY = 15
RESERVED_TERMS = 10
FOLDER = "offers/v1.0/aws"


def product(number: int, *, wanted: bool) -> dict[str, Any]:
    """Give a machine of the list; attributes as in a real item of 2024."""
    name = f"t{number}.large"
    return {
        "sku": f"SKU{number:013d}",
        "productFamily": "Compute Instance",
        "attributes": {
            "servicecode": "AmazonEC2",
            "location": "US East (N. Virginia)",
            "locationType": "AWS Region",
            "instanceType": name,
            "currentGeneration": "Yes",
            "instanceFamily": "Compute optimized",
            "vcpu": "8",
            "physicalProcessor": "AMD EPYC 7R32",
            "clockSpeed": "3.3 GHz",
            "memory": "16 GiB",
            "storage": "1 x 300 NVMe SSD",
            "networkPerformance": "Up to 10 Gigabit",
            "processorArchitecture": "64-bit",
            "tenancy": "Shared",
            "operatingSystem": "Linux" if wanted else "Windows",
            "licenseModel": "No License required",
            "usagetype": f"BoxUsage:{name}",
            "operation": "RunInstances",
            "availabilityzone": "NA",
            "capacitystatus": "Used",
            "classicnetworkingsupport": "false",
            "dedicatedEbsThroughput": "Up to 3170 Mbps",
            "ecu": "NA",
            "enhancedNetworkingSupported": "Yes",
            "gpuMemory": "NA",
            "intelAvxAvailable": "No",
            "marketoption": "OnDemand",
            "normalizationSizeFactor": "16",
            "preInstalledSw": "NA",
            "processorFeatures": "AMD Turbo; AVX; AVX2",
            "regionCode": REGION,
            "servicename": "Amazon Elastic Compute Cloud",
            "vpcnetworkingsupport": "true",
        },
    }


def term(sku: str, code: str, price: str) -> dict[str, Any]:
    """Give an offer term with one price dimension."""
    rate = f"{sku}.{code}.6YS6EN2CT7"
    dimension = {
        "rateCode": rate,
        "description": f"${price} per On Demand Linux Instance Hour",
        "beginRange": "0",
        "endRange": "Inf",
        "unit": "Hrs",
        "pricePerUnit": {"USD": price},
        "appliesTo": [],
    }
    return {
        f"{sku}.{code}": {
            "offerTermCode": code,
            "sku": sku,
            "effectiveDate": "2026-09-01T00:00:00Z",
            "priceDimensions": {rate: dimension},
            "termAttributes": {},
        }
    }


def write_offer(path: Path, size: int, *, to_the_end: bool) -> int:
    """Write an offer file of about `size` bytes; the number of Linux machines that it prices.

    With `to_the_end` one of them has no price, so that a reader has to look through all terms.
    """
    sample = product(1, wanted=True), term("SKU0000000000001", "JRTCKXETXF", "0.1000000000")
    each = len(json.dumps(sample[0])) + len(json.dumps(sample[1])) * (1 + RESERVED_TERMS)
    count = size // each
    skus = [f"SKU{number:013d}" for number in range(count)]
    with path.open("w", encoding="ascii") as file:
        file.write(
            '{"formatVersion": "v1.0", "offerCode": "AmazonEC2", "version": "20260928194255"'
        )
        file.write(', "publicationDate": "2026-09-28T19:42:55Z", "products": {')
        for number, sku in enumerate(skus):
            found = product(number, wanted=number % WANTED_EVERY == 0)
            _member(file, sku, found, is_first=not number)
        file.write('}, "terms": {"OnDemand": {')
        priced = skus[1:] if to_the_end else skus
        for number, sku in enumerate(priced):
            _member(file, sku, term(sku, "JRTCKXETXF", "0.4680000000"), is_first=not number)
        file.write('}, "Reserved": {')
        for number, sku in enumerate(skus):
            reserved: dict[str, Any] = {}
            for code in range(RESERVED_TERMS):
                reserved |= term(sku, f"CODE{code:06d}", "0.2000000000")
            _member(file, sku, reserved, is_first=not number)
        file.write("}}}")
    return len(range(0, count, WANTED_EVERY)) - to_the_end


def _member(file: TextIO, name: str, value: object, *, is_first: bool) -> None:
    file.write(f'{"" if is_first else ","}\n"{name}": {json.dumps(value)}')


def write_indexes(folder: Path) -> None:
    """Write the indexes that lead to the file, and Savings Plans without any region."""
    base = f"/{FOLDER}/AmazonEC2/20260928194255"
    files = {
        f"{FOLDER}/index.json": {
            "offers": {
                "AmazonEC2": {"currentRegionIndexUrl": f"{base}/region_index.json"},
                "AmazonVPC": {"currentRegionIndexUrl": f"/{FOLDER}/AmazonVPC/none.json"},
            }
        },
        f"{FOLDER}/AmazonVPC/none.json": {"regions": {}},
        f"{FOLDER}/AmazonEC2/20260928194255/region_index.json": {
            "regions": {REGION: {"currentVersionUrl": f"{base}/{REGION}/index.json"}}
        },
        "savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/region_index.json": {"regions": []},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="ascii")


class Quiet(SimpleHTTPRequestHandler):
    """Files without a line in the terminal for each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server to which a reader may stop listening."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the reader closes the connection once it has all that it wants."""


def measure(size: int, folder: Path, *, to_the_end: bool) -> dict[str, Any]:
    """Write, serve and read a file; what the reading process said of itself."""
    path = folder / FOLDER / "AmazonEC2" / "20260928194255" / REGION / "index.json"
    path.parent.mkdir(parents=True)
    write_indexes(folder)
    priced = write_offer(path, size, to_the_end=to_the_end)
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        command = [sys.executable, __file__, "--read", url]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        server.shutdown()
        server.server_close()
    return {"file_mib": path.stat().st_size // MIB, "priced": priced} | json.loads(found.stdout)


def read_and_tell(url: str) -> None:
    """Read the offer at `url` and print the memory and time that it took."""
    from wharfage import RateBook
    from wharfage.feeds.aws import Connection, read

    done = 0

    def note(what: str, so_far: int, _: int | None) -> None:
        nonlocal done
        done = max(done, so_far) if what == f"AmazonEC2 {REGION}" else done

    book = RateBook.bundled()
    book.table("aws.ec2")
    before = _peak_mib()
    start = time.perf_counter()
    found = read(
        book,
        services=["aws.ec2"],
        regions=[REGION],
        connection=Connection(price_list_url=url),
        progress=note,
    )
    told = {
        "seconds": round(time.perf_counter() - start, 1),
        "before_mib": before,
        "peak_mib": _peak_mib(),
        "read_mib": done // MIB,
        "observations": len(found.observations),
        "ambiguous": len(found.ambiguous),
    }
    print(json.dumps(told))  # noqa: T201  the parent process reads it


def _peak_mib() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // MIB if sys.platform == "darwin" else peak // 1024


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=64, help="size of the file")
    parser.add_argument("--early", action="store_true", help="every machine has a price")
    parser.add_argument("--read", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read_and_tell(options.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        told = measure(options.mib * MIB, Path(folder), to_the_end=not options.early)
    print(json.dumps(told, indent=1))  # noqa: T201  a command prints


if __name__ == "__main__":
    main()
