"""Who lives in the town. Everybody keeps one trade through all stories; children have none yet."""

TRADES = {  # trade: (where, tool, what it sells, working)
    "miller": ("the mill", "sieve", "flour", "grinding barley"),
    "ferry keeper": ("the ferry house", "pole", "dried fish", "coiling the wet rope"),
    "baker": ("the bakery", "oven brush", "bread", "kneading the dough"),
    "smith": ("the forge", "hammer", "nails", "shaping a hinge"),
    "weaver": ("the weaving shed", "shuttle", "cloth", "threading the loom"),
    "fisher": ("the boathouse", "net", "eels", "mending the nets"),
    "potter": ("the pottery", "wire", "bowls", "turning a tall jug"),
    "beekeeper": ("the bee garden", "smoke pot", "honey", "lifting the combs"),
    "carpenter": ("the timber yard", "saw", "stools", "planing a long board"),
    "innkeeper": ("the inn", "kettle", "soup", "polishing the cups"),
    "shepherd": ("the fold", "crook", "wool", "counting the flock"),
    "gardener": ("the walled garden", "spade", "pears", "tying up the beans"),
    "schoolteacher": ("the schoolroom", "slate", "copybooks", "ruling lines for the children"),
    "boatbuilder": ("the slipway", "mallet", "oars", "tarring a hull"),
    "cooper": ("the cooperage", "drawknife", "barrels", "bending the staves"),
    "lamplighter": ("the lamp store", "ladder", "candles", "trimming the wicks"),
    "basket maker": ("the willow shed", "hooked knife", "baskets", "splitting willow"),
    "clockmaker": ("the clock shop", "small screwdriver", "clocks", "oiling a tiny wheel"),
}

PEOPLE = {
    "grown": [
        ("Marta", "f", "miller"), ("Oswin", "m", "miller"), ("Brida", "f", "ferry keeper"), ("Tobin", "m", "ferry keeper"),
        ("Elsbet", "f", "baker"), ("Corwin", "m", "baker"), ("Hanna", "f", "smith"), ("Garrick", "m", "smith"),
        ("Linnet", "f", "weaver"), ("Pascoe", "m", "weaver"), ("Isolde", "f", "fisher"), ("Jory", "m", "fisher"),
        ("Verity", "f", "potter"), ("Anselm", "m", "potter"), ("Odile", "f", "beekeeper"), ("Rufus", "m", "beekeeper"),
        ("Thea", "f", "carpenter"), ("Edmund", "m", "carpenter"), ("Rosalind", "f", "innkeeper"), ("Barnaby", "m", "innkeeper"),
        ("Maren", "f", "shepherd"), ("Silas", "m", "shepherd"), ("Juniper", "f", "gardener"), ("Alban", "m", "gardener"),
        ("Cecily", "f", "schoolteacher"), ("Lambert", "m", "schoolteacher"), ("Greta", "f", "boatbuilder"), ("Hugo", "m", "boatbuilder"),
        ("Winifred", "f", "cooper"), ("Caspar", "m", "cooper"), ("Nell", "f", "lamplighter"), ("Ivo", "m", "lamplighter"),
        ("Sabine", "f", "basket maker"), ("Felix", "m", "basket maker"), ("Agnes", "f", "clockmaker"), ("Matthias", "m", "clockmaker"),
    ],
    "children": [
        ("Pip", "m"), ("Wren", "f"), ("little Jonas", "m"), ("little Ada", "f"), ("Kit", "m"), ("Mina", "f"),
        ("Perrin", "m"), ("Lotte", "f"), ("young Tam", "m"), ("young Bess", "f"),
    ],
}

# Nobody of these is named in the training stories; their trades are.
HELD_OUT_PEOPLE = {
    "grown": [
        ("Dorothea", "f", "miller"), ("Leopold", "m", "ferry keeper"), ("Magda", "f", "fisher"), ("Quentin", "m", "smith"),
        ("Philippa", "f", "gardener"), ("Stellan", "m", "baker"), ("Ottilie", "f", "clockmaker"), ("Bertram", "m", "carpenter"),
        ("Yvette", "f", "innkeeper"), ("Norbert", "m", "shepherd"),
    ],
    "children": [("Emil", "m"), ("Flora", "f"), ("Aubrey", "m"), ("Hattie", "f")],
}
