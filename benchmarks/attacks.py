"""What healthy clients feel under the whole attack corpus: ``python -m benchmarks.attacks``.

The server runs as it does by default, on the real graph. While the corpus is sent by several
clients at once, others ask queries that each have one right answer; printed is how long these took.
"""

import argparse
import contextlib
import re
import statistics
import tempfile
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

from tests.support.attacking import AttackLoad, Report, ask, attacks, canary
from tests.support.servers import serving

QUESTION = """SELECT ?network (COUNT(?city) AS ?cities) WHERE {
  ?network a <https://w3id.org/urbact-graph/ontology#Network> ;
    <https://w3id.org/urbact-graph/ontology#partnerCity> ?city .
} GROUP BY ?network ORDER BY DESC(?cities) ?network LIMIT 20 #«i»"""


def main() -> None:
    """Measure, and print the measurements."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--attackers", type=int, default=8, help="attacks at once")
    options.add_argument("--others", type=int, default=4, help="healthy clients")
    options.add_argument("--query-timeout-seconds", default="10", help="the server's limit")
    given = options.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bird = stack.enter_context(canary())
        server = stack.enter_context(
            serving(folder, "--query-timeout-seconds", given.query_timeout_seconds)
        )
        right = ask(server.url, QUESTION).body
        load = AttackLoad(server, QUESTION, right, given.attackers, given.others)
        report = load.run(attacks(), bird)
        calls = bird.calls()
        kills = _kills(server.url)
    for line in (*_table(report), f"requests of the server itself {calls:>9}", *kills):
        print(line)


def _kills(url: str) -> list[str]:
    """Return how many queries were stopped for each reason, and by how many attacks that names."""
    with urlopen(f"{url}/metrics") as response:  # noqa: S310 - of the server started above
        text = response.read().decode()
    expected = Counter(attack.row["problem"] for attack in attacks() if attack.row.get("problem"))
    return [
        f"stopped: {reason:<22}{float(count):>7,.0f} ({expected[reason]} attacks are to end so)"
        for reason, count in re.findall(r'kills_total\{reason="([^"]+)"\} (\S+)', text)
    ]


def _table(report: Report) -> list[str]:
    cuts = statistics.quantiles(report.seconds, n=100)
    return [
        f"right answers               {len(report.seconds):>10,}",
        f"wrong answers               {len(report.wrong):>10,}",
        f"told to come back later     {report.busy:>10,}",
        f"attacks answered unlike told{len(report.mistakes):>10,}",
        f"median                      {statistics.median(report.seconds):>10.3f} s",
        f"p99                         {cuts[98]:>10.3f} s",
        f"longest                     {max(report.seconds):>10.3f} s",
        f"memory at its highest       {report.peak_bytes / 1e6:>10,.0f} MB",
    ]


if __name__ == "__main__":
    main()
