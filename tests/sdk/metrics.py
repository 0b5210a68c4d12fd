"""The metrics, read by Prometheus' own parser.

Arguments: the application's origin, an agent's token, the tick secret. Each line of output is a family.
"""

import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

origin, _, secret = sys.argv[1:]

request = urllib.request.Request(f"{origin}/api/metrics", headers={"authorization": f"Bearer {secret}"})
with urllib.request.urlopen(request) as response:
    text = response.read().decode()

for family in text_string_to_metric_families(text):
    assert family.documentation, family
    for sample in family.samples:
        assert sample.name.startswith("nexus_") and sample.value >= 0, sample
    if family.type == "histogram":
        names = {sample.name.removeprefix(family.name) for sample in family.samples}
        assert names <= {"_bucket", "_sum", "_count"}, names
    print(f"worked: {family.name} {family.type}")
