"""Reading files beside plain orjson.loads of the same bytes, and the memory that files of any size take.

    uv run python -m benchmarks.import [--megabytes 5,50] [--formats state,aws,assets,graph,config,zip] [--whole]

Files of each format are written into a temporary folder, of equal resources with ids of their own. Each row is one
process. ``read`` is :func:`cloudviz.sources.offline.read_paths`, to raw items; with ``--whole`` they are
normalised and linked too, as ``cloudviz draw`` does. ``orjson`` parses the same bytes in one go (a document on
each line one by one, a zip archive member by member) and keeps nothing. MB are those of the file's text; the
ratio is of CPU seconds, of which both use one core; memory is the peak, above that of the process before it read
anything. Files above 48 MiB are streamed. With ``--cancel`` the reading is cancelled after so many seconds, and
each line says how long it then took to end.

``--store`` imports the files into a database, as ``cloudviz import`` and ``POST /imports`` do, in SQLite: the
process that reads, then the one that stores. ``reader`` and ``store`` are their peaks above what each has after a
file of 20 kB; the first has ended before the second begins to store. The bills are measured by
``benchmarks.import_costs``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
MEMBERS = 5 << 20
"""How large the members of the archive are."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken: CPU seconds, MB above the start, things read, seconds until it ended, MB of the reader."""

    cpu: float
    memory: float
    count: int
    cancelled: float = 0.0
    reader: float = 0.0


# -- what is read ----------------------------------------------------------------------------------------------


def instance(number: int) -> dict[str, Any]:
    """An instance as DescribeInstances has it."""
    return {
        "InstanceId": f"i-{number:017x}",
        "InstanceType": "m5.large",
        "ImageId": f"ami-{number % 50:017x}",
        "State": {"Code": 16, "Name": "running"},
        "Placement": {"AvailabilityZone": "eu-west-1a", "Tenancy": "default"},
        "VpcId": f"vpc-{number // 500:017x}",
        "SubnetId": f"subnet-{number // 50:017x}",
        "PrivateIpAddress": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "SecurityGroups": [{"GroupId": f"sg-{number // 100:017x}", "GroupName": "web"}],
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": f"vol-{number:017x}", "Status": "attached"}}
        ],
        "NetworkInterfaces": [
            {
                "NetworkInterfaceId": f"eni-{number:017x}",
                "Groups": [{"GroupId": f"sg-{number // 100:017x}"}],
                "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": "10.0.0.1"}],
                "Status": "in-use",
            }
        ],
        "Tags": [{"Key": "Name", "Value": f"web-{number}"}, {"Key": "env", "Value": "prod"}],
        "LaunchTime": "2026-11-24T08:00:00+00:00",
        "Monitoring": {"State": "disabled"},
        "Architecture": "x86_64",
        "RootDeviceType": "ebs",
    }


def state(number: int) -> str:
    """A resource of a Terraform state."""
    own = instance(number)
    attributes = {
        "id": own["InstanceId"],
        "arn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/{own['InstanceId']}",
        "instance_type": "m5.large",
        "ami": own["ImageId"],
        "availability_zone": "eu-west-1a",
        "subnet_id": own["SubnetId"],
        "vpc_security_group_ids": [own["SecurityGroups"][0]["GroupId"]],
        "root_block_device": [{"volume_id": own["BlockDeviceMappings"][0]["Ebs"]["VolumeId"], "volume_size": 8}],
        "private_ip": own["PrivateIpAddress"],
        "tags": {"Name": f"web-{number}", "env": "prod"},
        "tags_all": {"Name": f"web-{number}", "env": "prod"},
        "user_data": None,
        "ebs_optimized": False,
        "metadata_options": [{"http_endpoint": "enabled", "http_tokens": "required"}],
    }
    resource = {
        "mode": "managed",
        "type": "aws_instance",
        "name": f"web{number}",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": attributes, "sensitive_attributes": []}],
    }
    return json.dumps(resource, indent=2)


def asset(number: int) -> str:
    """An instance of Cloud Asset Inventory."""
    zone = "projects/shop/zones/europe-west1-b"
    api = "https://www.googleapis.com/compute/v1"
    path = f"{zone}/instances/web-{number}"
    data = {
        "id": str(number),
        "name": f"web-{number}",
        "machineType": f"{api}/{zone}/machineTypes/n2",
        "networkInterfaces": [
            {
                "network": f"{api}/projects/shop/global/networks/main",
                "subnetwork": f"{api}/projects/shop/regions/europe-west1/subnetworks/s{number // 50}",
                "networkIP": "10.0.0.1",
            }
        ],
        "disks": [{"source": f"{api}/{zone}/disks/d{number}"}],
        "status": "RUNNING",
        "labels": {"env": "prod", "team": "web"},
        "zone": f"{api}/{zone}",
        "tags": {"items": ["http", "https"]},
        "creationTimestamp": "2026-11-24T08:00:00.000-07:00",
    }
    resource = {"version": "v1", "parent": "//cloudresourcemanager.googleapis.com/projects/1", "data": data}
    found = {
        "name": f"//compute.googleapis.com/{path}",
        "asset_type": "compute.googleapis.com/Instance",
        "resource": {**resource, "location": "europe-west1-b"},
        "ancestors": ["projects/1", "organizations/2"],
    }
    return json.dumps(found, separators=(",", ":"))


def arm(number: int) -> str:
    """A row of Resource Graph."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-{number // 100}/providers"
    row = {
        "id": f"{group}/Microsoft.Compute/virtualMachines/web-{number}",
        "name": f"web-{number}",
        "type": "microsoft.compute/virtualmachines",
        "location": "westeurope",
        "resourceGroup": f"rg-{number // 100}",
        "subscriptionId": SUBSCRIPTION,
        "tags": {"env": "prod"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"osDisk": {"managedDisk": {"id": f"{group}/Microsoft.Compute/disks/d-{number}"}}},
            "networkProfile": {
                "networkInterfaces": [{"id": f"{group}/Microsoft.Network/networkInterfaces/n-{number}"}]
            },
            "provisioningState": "Succeeded",
        },
    }
    return json.dumps(row, indent=2)


def config(number: int) -> str:
    """A configuration item of AWS Config."""
    own = instance(number)
    item = {
        "configurationItemCaptureTime": "2026-11-24T08:00:00Z",
        "configurationItemStatus": "OK",
        "resourceType": "AWS::EC2::Instance",
        "resourceId": own["InstanceId"],
        "ARN": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/{own['InstanceId']}",
        "awsRegion": "eu-west-1",
        "awsAccountId": ACCOUNT,
        "tags": {"Name": f"web-{number}"},
        "configuration": {key[:1].lower() + key[1:]: value for key, value in own.items() if key != "State"},
    }
    return json.dumps(item, separators=(",", ":"))


def reservation(number: int) -> str:
    """What ``aws ec2 describe-instances`` prints of one."""
    return json.dumps(
        {"OwnerId": ACCOUNT, "ReservationId": f"r-{number}", "Instances": [instance(number)]}, indent=4
    )


FORMATS: dict[str, tuple[str, Callable[[int], str], str, str]] = {
    "state": (
        '{"version": 4, "lineage": "l", "terraform_version": "1.9.8", "resources": [\n',
        state,
        ",\n",
        "\n]}",
    ),
    "aws": ('{"Reservations": [\n', reservation, ",\n", "\n]}"),
    "assets": ("", asset, "\n", "\n"),
    "graph": ('{"count": 1, "data": [\n', arm, ",\n", "\n]}"),
    "config": ('{"fileVersion": "1.0", "configurationItems": [', config, ",", "]}"),
}
"""Word → (beginning, what one thing is written as, what is between two, end)."""


def write(path: Path, word: str, size: int) -> None:
    """Write a file of a format, of about ``size`` bytes; ``zip``: an archive of states."""
    if word == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for number in range(max(1, size // MEMBERS)):
                text = "".join(_pieces("state", min(size, MEMBERS), number * 100_000))
                archive.writestr(f"states/{number}.tfstate", text)
        return
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_pieces(word, size))


def _pieces(word: str, size: int, first: int = 0) -> Iterator[str]:
    begin, make, between, end = FORMATS[word]
    yield begin
    written, number = 0, first
    while written < size:
        piece = make(number)
        yield piece if number == first else between + piece
        written += len(piece)
        number += 1
    yield end


# -- what is measured ------------------------------------------------------------------------------------------

_START = """
import gc, json, resource, sys, time
from pathlib import Path
path = Path(sys.argv[1])
def peak():
    return [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")][0] / 1024
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
"""

_READ = """
from cloudviz.jobs.imports import read_files
from cloudviz.sources.offline import read_paths
from cloudviz.catalogue.registry import catalogue
from cloudviz.sources.offline.aws_cli import claims
catalogue().joins; claims()
small = path.parent / f"{path.name}.small"
if small.exists():
    (read_files if WHOLE else read_paths)([small])
base, began, told, asked_at = peak(), cpu(), [], []
def cancelled():
    now = time.monotonic()
    if CANCEL and not asked_at and cpu() - began > CANCEL:
        asked_at.append(now)
    if asked_at:
        told.append(now - asked_at[0])
    return bool(asked_at) and len(told) > 1
ended = 0.0
count = 0
try:
    asked = {"account": "123456789012", "region": "eu-west-1", "cancelled": cancelled}
    if WHOLE:
        count = len(read_files([path], **asked).graph.resources)
    else:
        count = len(read_paths([path], **asked).items)
except Exception as error:
    ended = time.monotonic() - asked_at[0]
print(json.dumps([cpu() - began, peak() - base, count, ended]))
"""

_STORE = """
import asyncio
from cloudviz.jobs.imports import import_files
from cloudviz.jobs import file_reading
from cloudviz.store import migrate, open_store
def children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
async def main():
    url = f"sqlite+aiosqlite:///{path.parent / 'cloudviz.db'}"
    await migrate(url)
    async with await open_store(url) as store:
        asked = {"account": "123456789012", "region": "eu-west-1"}
        small = path.parent / f"{path.name}.small"
        file_reading.APART_FROM = 0
        await import_files(store, [small], source="benchmark", **asked)
        base, (_, child) = peak(), children()
        began = cpu() + children()[0]
        found = await import_files(store, [path], source="benchmark", **asked)
        read, above = children()
        print(json.dumps([cpu() + read - began, peak() - base, found.resources, 0.0, above - child]))
asyncio.run(main())
"""

_PLAIN = """
import io, orjson, zipfile
base, began, count = peak(), 0.0, 0
if path.suffix == ".zip":
    archive = zipfile.ZipFile(path)
    began = cpu()
    for name in archive.namelist():
        count += len(orjson.loads(archive.read(name))["resources"])
else:
    data = path.read_bytes()
    began = cpu()
    if data[:8] == b'{"name":':
        for line in data.split(b"\\n"):
            if line:
                orjson.loads(line)
                count += 1
    else:
        count = sum(len(each) for each in orjson.loads(data).values() if isinstance(each, list))
print(json.dumps([cpu() - began, peak() - base, count, 0.0]))
"""


def run(code: str, path: Path) -> Taken:
    """Run code on a file in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _START + code, path], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return Taken(*json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print a table of all formats and sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", default="5,50", help="sizes of the files")
    parser.add_argument("--formats", default=",".join([*FORMATS, "zip"]))
    parser.add_argument("--whole", action="store_true", help="normalise and link too")
    parser.add_argument("--no-plain", action="store_true", help="leave out orjson, which needs the file in memory")
    parser.add_argument("--cancel", type=float, default=0.0, help="cancel after so many CPU seconds")
    parser.add_argument("--store", action="store_true", help="into a database, with the memory of both processes")
    asked = parser.parse_args()
    words = ("MB", "things", "CPU s", "MB/s", "things/s", "of orjson", "peak MB")
    heads = zip(words, (6, 10, 8, 7, 10, 11, 9), strict=True)
    print("format  " + "".join(f"{head:>{width}}" for head, width in heads) + "   reader    store" * asked.store)
    with tempfile.TemporaryDirectory() as folder:
        for word in asked.formats.split(","):
            for size in asked.megabytes.split(","):
                path = Path(folder) / f"file.{word}"
                write(path, word, int(float(size) * 1e6))
                write(path.with_name(f"{path.name}.small"), word, 20_000)
                megabytes = float(size) if word == "zip" else path.stat().st_size / 1e6
                code = (
                    _STORE
                    if asked.store
                    else _READ.replace("WHOLE", str(asked.whole)).replace("CANCEL", str(asked.cancel))
                )
                read = run(code, path)
                plain = None if asked.no_plain else run(_PLAIN, path)
                ratio = f"{plain.cpu / read.cpu:.2f}" if plain is not None else "-"
                line = f"{word:8}{megabytes:6.0f}{read.count:10,}{read.cpu:8.2f}{megabytes / read.cpu:7.1f}"
                line += f"{read.count / read.cpu:10,.0f}{ratio:>11}{max(read.memory, read.reader):9.0f}"
                line += f"{read.reader:9.0f}{read.memory:9.0f}" if asked.store else ""
                print(line + (f"  cancelled after {read.cancelled:.2f} s" if asked.cancel else ""), flush=True)
                for each in Path(folder).iterdir():
                    each.unlink()


if __name__ == "__main__":
    main()
