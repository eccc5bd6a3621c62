"""A made-up register of habitat banks: two with parcels, one known by a grid reference alone, one without its file."""

COLUMNS = (
    "reference",
    "file",
    "layer",
    "grid_reference",
    "site_ref",
    "application_date",
    "off_site",
    "secured_on",
)

SITES: list[dict[str, str]] = [
    {"reference": "SAMPLE-BANK-1", "file": "parcels.gpkg", "application_date": "2025-03-03"},
    {
        "reference": "SAMPLE-BANK-2",
        "file": "parcels_service.gpkg",
        "off_site": "yes",
        "secured_on": "2025-06-02",
    },
    {"reference": "SAMPLE-BANK-3", "grid_reference": "SK 34 59"},
    {"reference": "SAMPLE-BANK-4", "file": "not_there.gpkg"},
]


def register_rows() -> list[dict[str, object]]:
    """Return the rows of `register.csv`."""
    return [{name: site.get(name, "") for name in COLUMNS} for site in SITES]
