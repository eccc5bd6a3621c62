"""Made-up planning applications, one for each row of the transition rules that people meet most.

The sample strategy was published on 15 January 2025 (made up). Each line ends with the rows of the
rules that it falls under, baseline and post-development, reasoned by hand.
"""

COLUMNS = (
    "reference", "application_date", "agreed_date", "granted", "refused", "withdrawn", "gain_plan_submitted",
    "gain_plan_approved", "secured_on", "route", "kind", "off_site", "agreement", "exempt",
)  # fmt: skip

APPLICATIONS: list[tuple[dict[str, str], str]] = [
    ({"application_date": "2025-03-03"}, "B4 P2"),
    ({"application_date": "2024-11-20"}, "B3 P3"),
    ({"application_date": "2024-09-02", "granted": "2024-12-05", "gain_plan_submitted": "2025-02-10"}, "B3 P4"),
    ({"application_date": "2024-09-02", "granted": "2024-12-05", "gain_plan_submitted": "2025-01-10"}, "B3 P5"),
    (
        {"application_date": "2024-06-03", "granted": "2024-09-16", "gain_plan_submitted": "2024-10-01",
         "gain_plan_approved": "2024-12-12"},
        "B3 P6",
    ),
    ({"application_date": "2024-08-12", "refused": "2024-12-02"}, "B1 P0"),
    ({"application_date": "2024-08-12", "refused": "2024-12-02", "kind": "appeal"}, "B3 P10/P3"),
    ({"application_date": "2025-01-15"}, "B5 P3"),
    ({"application_date": "2025-01"}, "B3|B4 P2|P3"),
    (
        {"application_date": "2025-04-01", "off_site": "yes", "agreement": "silent", "secured_on": "2024-12-20"},
        "B7 P12",
    ),
    ({"application_date": "2025-04-01", "route": "nsip"}, "B4 P11"),
    ({"application_date": "2025-04-01", "exempt": "yes"}, "B1 P0"),
]  # fmt: skip


def application_rows() -> list[dict[str, object]]:
    """Return the rows of `applications.csv`."""
    return [
        {name: {"reference": f"SAMPLE-APP-{number:02}", **cells}.get(name, "") for name in COLUMNS}
        for number, (cells, _) in enumerate(APPLICATIONS, start=1)
    ]
