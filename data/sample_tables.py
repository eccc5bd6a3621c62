"""The parcels of the older template, one line each, with the answer that the rules give.

Columns: reference; shape (fields of the farm A1 to H9, of the off-site land a1 to e2, `+` joins, `-`
takes away); the measures mapped there; where it lies (N, S, E district, P park, En the neighbouring
strategy, Eo no strategy); baseline habitat; retention category; proposed habitat; significance
claimed before/after (H, M, L, - for N/A, X for a phrase nobody knows, nothing for blank); the answer
for the stage after development, empty where there is no such stage. A parcel has a baseline stage
where the baseline names a habitat; its answer is Low in every place.

The answers were reasoned by hand from the rules: see `sample_words.py` for how they are written.
"""

Line = tuple[str, str, str, str, str, str, str, str, str]

AREAS: list[Line] = [
    ("H001", "A1", "W1", "S", "CC", "Created", "LMDW", "L/H", "High consistent"),
    ("H002", "A2", "W1", "S", "MG", "Lost", "OWB", "L/H", "High consistent"),
    ("H003", "B1", "W1", "S", "OWM", "Enhanced", "OWM", "L/H", "High consistent"),  # by a wildcard row
    ("H004", "B2", "W1", "S", "MG", "Lost", "OCW", "L/H", "Low inconsistent"),
    ("H005", "C1", "W1 G1", "S", "MG", "Enhanced", "ONG", "L/H", "High consistent"),  # G1 yes, W1 no
    ("H006", "C2", "W1 G1", "S", "CC", "Created", "LMDW", "L/L", "High consistent"),  # W1 yes, G1 no
    ("H007", "D1", "W1", "S", "CC", "Created", "OWB", "L/H", "High consistent | Low unmapped"),
    ("H008", "D2-pond", "", "S", "MG", "Retained", "MG", "L/L", "Low retained"),  # a hole
    ("H009", "pond", "P1", "S", "MG", "Lost", "PP", "L/H", "High consistent"),
    ("H010", "E1", "R1", "S", "CC", "Created", "ONG", "L/L", "Low not-listed"),
    ("H011", "E2", "TR1 R1", "S", "MG", "Retained", "MG", "L/L", "Low retained"),
    ("H012", "A3", "TR1", "S", "MG", "Enhanced", "ONG", "L/H", "Low not-listed"),
    ("H013", "B3-sliver", "", "S", "MG", "Enhanced", "ONG", "L/M", "Low unmapped"),
    ("H014", "sliver", "", "S", "MG", "Retained", "MG", "L/L", "Low retained"),  # under 1 m2
    ("H015", "C3", "G1", "S", "MG", "Enhanced", "MG", "L/H", "Low inconsistent"),  # exact beats wildcard
    ("H016", "D3", "G1", "S", "MG", "Enhanced", "LM", "L/H", "High consistent | Low unmapped"),
    ("H017", "E3+E4", "R1", "S N", "CC", "Retained", "CC", "L/L", "Low retained"),
    ("H018", "A4", "", "N", "CC", "Created", "WRONG", "L/L", "Low? unknown-habitat"),
    ("H019", "B4", "", "N", "MG", "", "", "L/", ""),
    ("H020", "C4", "", "N", "CC", "Created", "", "L/L", "Low? no-proposed-habitat"),
    ("H021", "D4", "G1", "S N P", "MG", "Enhanced", "ONG", "L/H", "High consistent"),
    ("H022", "F1", "U1 R1", "S", "MG", "Lost", "DL", "L/L", "Low scores-zero"),
    ("H023", "F2", "U1 R1", "S", "MG", "Lost", "SUDS", "L/H", "High consistent"),
    ("H024", "G1", "U1", "S", "MG", "Lost", "DL", "L/H", "Low scores-zero"),
    ("H025", "G2", "U1", "S", "MG", "Lost", "VG", "L/L", "Low inconsistent"),
    ("H026", "H1", "U1", "S", "MG", "Lost", "RAIN", "L/H", "High consistent"),
    ("H027", "H2", "", "S", "MG", "Created", "OWB", "L/H", "Low unmapped"),  # an override is refused
    ("H028", "F3", "HG1 R1", "S", "MG", "Retained", "MG", "M/L", "Low retained"),
    ("H029", "G3", "HG1", "S", "MG", "Enhanced", "ONG", "L/L", "Low not-listed"),
    ("H030", "G5+H7", "", "N", "CC", "Created", "ONG", "L/L", "Low unmapped"),  # two pieces
    ("H031", "H3", "HG1", "S", "MG", "Lost", "", "L/-", ""),  # no successor
    ("H032", "F4", "HG1 R1", "N", "MG", "Retained", "ONG", "L/L", "Low retained"),
    ("H033", "G4", "HG1", "N", "-", "Created", "ONG", "-/L", "Low not-listed"),  # no baseline
    ("H034", "H4", "HG1", "N", "MG", "Relocated", "ONG", "L/L", "Low? unknown-intervention"),
    ("H035", "A5", "G2", "P", "MG", "Created", "UHM", "L/H", "Low? open-verdict"),
    ("H036", "A6", "G2", "P", "MG", "Enhanced", "ONG", "L/M", "Low? open-verdict"),
    ("H037", "B5", "S1", "P", "CC", "Created", "LMDW", "L/H", "Low? open-verdict"),
    ("H038", "B6", "S1", "P", "MG", "Lost", "LM", "L/H", "High override"),
    ("H039", "C5", "M1", "P", "MG", "Enhanced", "ONG", "L/L", "Low not-eligible"),
    ("H040", "D5", "E1", "P", "MG", "Created", "LM", "L/H", "Low not-eligible"),
    ("H041", "D6", "E1", "P", "ONG", "Retained", "ONG", "M/M", "Low retained"),
    ("H042", "C6", "W2", "P", "LMDW", "Enhanced", "LMDW", "L/H", "High consistent"),
    ("H043", "C7", "W2", "P", "MG", "Lost", "LMDW", "L/H", "Low? open-verdict"),  # a row for enhance only
    ("H044", "E5", "T1 R1", "N", "MG", "Created", "FEN", "L/H", "High consistent"),
    ("H045", "F5", "T1 R1", "N", "MG", "Enhanced", "PMG", "L/L", "High consistent"),  # broad type changes
    ("H046", "F6", "T1 R1", "N", "MG", "Created", "REED", "L/H", "Low override"),
    ("H047", "E6", "T1 R1", "N", "MG", "Created", "OWB", "L/L", "Low? open-verdict"),
    ("H048", "G6", "Q1", "N", "VDL", "Created", "OMH", "L/H", "High consistent"),
    ("H049", "H5", "", "N", "MG", "Created", "ONG", "L/L", "Low in-apib-only"),
    ("H050", "H6", "", "N", "MG", "Enhanced", "ONG", "L/H", "Low in-apib-only"),
    ("H051", "A7", "H1", "P", "UAG", "Lost", "LH", "L/H", "High consistent"),
    ("H052", "A8", "H1", "P", "UAG", "Created", "MS", "L/L", "Low? open-verdict"),  # a condition
    ("H053", "B7", "H1", "P", "GS", "Enhanced", "LH", "L/H", "High consistent | Low unmapped"),
    ("H054", "B8", "H1", "P", "UAG", "Created", "MS", "L/H", "High override"),
    ("H055", "A9+B9", "H1", "P", "UAG", "Created", "LH", "L/H", "High consistent"),  # inside an APIB
    ("H056", "C8", "B1", "P", "BB", "Enhanced", "BB", "H/H", "High consistent"),
    ("H057", "C9+D9", "B1", "P", "UAG", "Lost", "UH", "L/H", "Low not-listed"),
    ("H058", "D7", "", "P", "ONG", "Retained", "ONG", "H/H", "Low retained"),
    ("H059", "D8", "", "P", "MG", "", "ONG", "L/L", "Low? unclear-retention"),
    ("H060", "E7", "F1 R1", "N", "MG", "Created", "FWM", "L/M", "Low? open-verdict"),
    ("H061", "F7+F8", "F1 R1", "N", "MG", "Lost", "WW", "L/H", "High consistent"),
    ("H062", "E8", "R1", "N", "RE", "Retained", "RE", "l/l", "Low retained"),
    ("H063", "E9", "R1", "N", "MG", "Enhanced", "ONG", "X/X", "Low not-listed"),
    ("H064", "F9", "R1", "N", "CC", "Retained", "CC", "/", "Low retained"),
    ("H065", "G7", "", "N", "MG", "Enhanced", "ONG", "L/", "Low unmapped"),
    ("H066", "G8", "", "N", "CC", "Created", "TF", "L/L", "Low unmapped"),
    ("H067", "G9", "", "N", "MG", "Lost", "LMDW", "L/l", "Low unmapped"),
    ("H068", "H8", "W1", "N", "MG", "Enhanced", "ONG", "L/L", "Low inconsistent"),  # half of it unmapped
    ("H069", "H9", "O1", "N", "MG", "Created", "TO", "L/H", "Low? repaired-geometry"),  # O1's outline
]

OFFSITE_AREAS: list[Line] = [
    ("H101", "a1", "", "E", "MG", "Enhanced", "ONG", "L/L", "Low unmapped"),
    ("H102", "a2+b2", "G1", "E", "MG", "Enhanced", "ONG", "L/H", "High consistent"),
    ("H103", "b1", "G1", "E", "CC", "Created", "LM", "L/H", "High consistent"),
    ("H104", "c1", "", "E Eo", "MG", "Created", "OWB", "L/L", "Low unmapped @E | Low? outside-area @Eo"),
    ("H105", "c2", "G1", "E En", "MG", "Enhanced", "ONG", "L/H",
     "High consistent @E | Low? lnrs-not-loaded @En"),
    ("H106", "d1", "", "Eo", "MG", "Enhanced", "ONG", "L/L", "Low? outside-area"),
    ("H107", "d2", "", "En", "CC", "Created", "ONG", "L/H", "Low? lnrs-not-loaded"),
    ("H108", "e1", "", "Eo", "MG", "Retained", "MG", "L/L", "Low retained"),
    ("H109", "e2", "", "En", "MG", "Lost", "DL", "L/L", "Low scores-zero"),
    ("H110", "bowtie", "G1", "E", "-", "Created", "ONG", "-/H", "Low? repaired-geometry"),
]  # fmt: skip

# Shapes of lines are paths along the farm's field edges: U5.0-2 goes up line 5 past the first three
# rows, L7.7 along the level edge 7 in the eighth column; `along` sets it 5 cm off the measure's edge,
# to one side and then to the other; `short` keeps it 4 m off the corners.
HEDGEROWS: list[Line] = [
    ("HG01", "U1.0-1", "W1", "S", "-", "Created", "NHT", "-/H", "High consistent"),
    ("HG02", "U2.0", "W1 G1", "S", "-", "Created", "NH", "-/H", "Low? open-verdict"),  # no row
    ("HG03", "L2.5", "HG1 U1 R1", "S", "NH", "Enhanced", "SRH", "L/H", "High consistent"),
    ("HG04", "L2.7", "HG1", "S", "-", "Created", "SRH", "-/H", "High consistent"),  # on the edge
    ("HG05", "L4.6 along", "HG1", "N", "-", "Created", "SRH", "-/H", "High consistent"),
    ("HG06", "U6.2-3", "HG1", "S N", "-", "Created", "SRHT", "-/H", "High consistent"),
    ("HG07", "U7.2", "HG1", "S", "NH", "Enhanced", "NH", "M/L", "High consistent"),
    ("HG08", "U7.3", "HG1", "N", "-", "Created", "NH", "-/H", "Low? open-verdict"),  # for enhance only
    ("HG09", "U8.3", "HG1", "N", "-", "Created", "ORN", "-/L", "Low inconsistent"),
    ("HG10", "L4.7", "HG1", "N", "-", "Created", "LOT", "-/M", "Low? open-verdict"),
    ("HG11", "U1.3", "", "N", "NH", "Lost", "SRH", "L/H", ""),  # a hedge lost has no successor
    ("HG12", "U2.3", "", "N", "SRH", "Retained", "SRH", "H/H", "Low retained"),
    ("HG13", "L7.7", "", "N", "-", "Created", "NH", "-/L", "Low unmapped"),
    ("HG14", "U8.6 short", "", "N", "NH", "Enhanced", "", "L/L", "Low? no-proposed-habitat"),
    ("HG15", "U0.3", "", "N", "NHT", "", "", "L/", ""),
    ("HG16", "U8.1-2", "HG1", "S", "-", "Created", "SRH", "-/H", "High consistent | Low unmapped"),
]

WATERCOURSES: list[Line] = [
    ("R01", "U5.0-1", "R1 U1 TR1", "S", "ORS", "Enhanced", "ORS", "L/H", "High consistent"),
    ("R02", "U5.2", "R1 HG1", "S", "CUL", "Enhanced", "CUL", "L/L", "Low? open-verdict"),
    ("R03", "U5.3", "R1 HG1", "N", "ORS", "Retained", "ORS", "L/L", "Low retained"),
    ("R04", "U5.4-5", "R1 T1", "N", "PH", "Enhanced", "PH", "H/H", "High consistent"),
    ("R05", "U5.6-8", "R1 F1", "N", "ORS", "Enhanced", "ORS", "L/H", "High consistent | Low unmapped"),
    ("R06", "L0.4", "R1", "S", "-", "Created", "DIT", "-/H", "Low inconsistent"),  # half of it unmapped
    ("R07", "L7.3 short", "", "P", "DIT", "Enhanced", "DIT", "L/L", "Low unmapped"),
    ("R08", "L8.4 short", "R1", "N", "CUL", "Lost", "", "L/-", ""),
]

# Shapes of trees: a field, or `on` an edge. Habitats: Rural or Urban; `?` where the type is left blank.
TREES: list[Line] = [
    ("T01", "A1", "W1", "S", "-", "Created", "Rural", "-/T", "High consistent"),
    ("T02", "E2", "TR1", "S", "-", "Created", "Rural", "-/H", "High consistent"),
    ("T03", "A3", "TR1", "S", "-", "Created", "Urban", "-/H", "Low? open-verdict"),  # a condition
    ("T04", "G1", "U1", "S", "-", "Created", "Urban", "-/L", "High consistent"),
    ("T05", "on U1.2", "TR1", "S", "-", "Created", "Rural", "-/H", "High consistent"),  # on the edge
    ("T06", "G8", "", "N", "-", "Created", "Rural", "-/L", "Low unmapped"),
    ("T07", "G5", "", "N", "Rural", "Retained", "Rural", "L/L", "Low retained"),
    ("T08", "G7", "", "N", "Rural", "Lost", "", "L/-", ""),
    ("T09", "C2", "W1 G1", "S", "Rural", "Enhanced", "Rural", "L/H", "Low? open-verdict"),  # create only
    ("T10", "H5", "", "N", "-", "Created", "Rural", "-/L", "Low in-apib-only"),
    ("T11", "G2", "U1", "S", "-", "Created", "?", "-/H", "High consistent"),  # taken as an urban tree
    ("T12", "d2", "", "En", "-", "Created", "Rural", "-/H", "Low? lnrs-not-loaded"),
]

# Decisions on single parcels: what somebody with a role has settled.
OVERRIDES = [
    ("H038", "consistent", "The meadow will hold the butterfly's food plants", "county ecologist"),
    ("H054", "consistent", "The scrub is the edge of the heath made next to it", "county ecologist"),
    ("H027", "consistent", "Close to a wood", "agent's ecologist"),  # refused: no measure is mapped there
    ("H046", "not-consistent", "The reedbed would take the place of a spring", "county ecologist"),
]
