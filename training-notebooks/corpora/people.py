"""Who lives in the town. A name is a woman's or a man's; the trade is another one in every text, so that it must be read there."""

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
    "tailor": ("the tailor's shop", "thimble", "coats", "sewing on a button"),
    "shoemaker": ("the shoe shop", "awl", "boots", "stitching a sole"),
    "tanner": ("the tannery", "scraper", "leather", "stretching a hide"),
    "brewer": ("the brewery", "paddle", "beer", "stirring the mash"),
    "cheesemaker": ("the dairy", "cheese knife", "cheese", "turning the cheeses"),
    "ropemaker": ("the rope walk", "winch", "rope", "twisting the hemp"),
    "mason": ("the stone yard", "chisel", "doorsteps", "squaring a block"),
    "thatcher": ("the reed barn", "rake", "bundles of reed", "tying the reed"),
    "bookbinder": ("the bindery", "needle", "notebooks", "sewing the pages"),
    "glassblower": ("the glass house", "long pipe", "bottles", "blowing a green bottle"),
    "saddler": ("the saddlery", "punch", "saddles", "waxing a thread"),
    "doctor": ("the little surgery", "black bag", "cough syrup", "rolling bandages"),
}

WOMEN = """Marta Brida Elsbet Hanna Linnet Isolde Verity Odile Thea Rosalind Maren Juniper Cecily Greta Winifred Nell Sabine Agnes Anna Clara
Edith Johanna Ursula Martha Beatrice Lydia Miriam Esther Ingrid Astrid Sigrid Helga Gudrun Frieda Liesel Klara Margit Petra Katrin Birgit Selma Alma
Ida Nora Eva Rosa Stella Celia Delia Adela Amelia Cordelia Eleanor Harriet Matilda Florence Mabel Maude Gwendolen Bronwen Olwen Rhoda Tabitha Susannah
Rebecca Rachel Hester Prudence Constance Patience Felicity Honor Ivy Hazel Laurel Bryony Marigold Jessamine Lavinia Octavia Portia Viola Imogen
Perdita Ottoline Theodora Eugenia Sophia Helena Irena Milena Zora Vera Ludmila Katya Tamara Nadia""".split()
MEN = """Oswin Tobin Corwin Garrick Pascoe Jory Anselm Rufus Edmund Barnaby Silas Alban Lambert Hugo Caspar Ivo Felix Matthias Martin Peter Paul
Thomas Simon Jacob Joseph Samuel Daniel Gabriel Tobias Elias Jonas Lukas Anton Conrad Ulrich Gerhard Dietrich Wendel Volker Holger Gunnar Sven Olaf Erik
Arne Nils Henrik Magnus Axel Viktor Boris Pavel Milan Stefan Roman Adrian Julian Florian Fabian Crispin Cuthbert Godfrey Geoffrey Gilbert Walter
Roger Ralph Rupert Reuben Ezra Amos Abel Enoch Jethro Gideon Caleb Joshua Nathan Ambrose Basil Cyril Clement Cedric Percival Lionel Humphrey
Oliver Owen Gareth Emrys Idris Colm Declan Fergus Angus Duncan Malcolm Ewan""".split()
GIRLS = ["Wren", "little Ada", "Mina", "Lotte", "young Bess", "Pia", "little Edda", "Trudy", "Posy", "young Nan", "Tilly", "little Cora", "Dot", "Maisie"]
BOYS = ["Pip", "little Jonah", "Kit", "Perrin", "young Tam", "Finn", "little Otto", "Robin", "Col", "young Ned", "Toby", "little Max", "Davy", "Jem"]

# Nobody of these is named in the training texts.
HELD_OUT_WOMEN = "Dorothea Magda Philippa Ottilie Yvette".split()
HELD_OUT_MEN = "Leopold Quentin Stellan Bertram Norbert".split()
HELD_OUT_GIRLS = ["Flora", "Hattie"]
HELD_OUT_BOYS = ["Emil", "Aubrey"]

# A name that nobody has: a beginning and an end. The model must copy it, piece by piece, from where it stood first.
BEGINNINGS = """Al Bar Ber Bran Cal Car Dal Dor Ed El Fal Fen Gal Gor Hal Har Il Jar Kel Kor Lan Lor Mal Mer Mor Nar Nol Or Os Per Pol Quil Ran Ros Sal Ser
Tal Tor Ul Var Vel Wal Wil Yar Zel Am Bel Cor Fin Gri Hel Jes Lam Mil Ned Pru Rud Sib Thur Vin""".split()
WOMENS_ENDS = "a ina etta elle wen is eth ia anne linde ora ilda essa une abel".split()
MENS_ENDS = "o in ard us bert win old mund ric ik er on ton fried ley".split()
