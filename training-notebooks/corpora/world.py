"""Where and when the stories happen, and what is lost, made and given in them."""

PLACES = [
    "the old bridge", "the market square", "the stone quay", "the willow bank", "the well", "the bell tower", "the upper meadow",
    "the fish steps", "the chapel", "the ferry landing", "the apple orchard", "the town gate",
    "the sheep gate", "the reed beds", "the weir", "the drying green", "the toll house", "the mill race", "the lock", "the boatyard", "the dovecote",
    "the millpond", "the beech wood", "the crossroads", "the ford", "the brickworks", "the hay barn", "the churchyard",
]

FAR_PLACES = [
    "Stonebarrow", "Hollin Weir", "the salt market at Grayle", "Upper Tarrow", "the monastery at Fenholt", "the harbour at Saltmere",
    "the quarry at Kell", "Nettlecombe", "the hill farms above Dunmore", "the lock at Ashby Reach",
    "Long Marrow", "the glassworks at Ember", "Crowhurst", "Thornby", "the pass at Windgate", "Millbrook", "the island of Sark Holm", "Ravenshaw",
    "the spring at Coldwell", "Eastering", "the vineyards of Amberley", "Foxley", "the tower at Greyfell", "Lower Bramble",
]

PATHS = ["the towpath", "the hill road", "the old cart track", "the path through the beeches", "the drove road", "the river road", "the old wall", "the chapel lane",
         "the dyke", "the bank of the canal"]

TIMES = [
    "early in the morning", "one morning", "late in the afternoon", "towards evening", "before sunrise", "at noon", "one evening",
    "on market day", "on the last day of the week", "just after breakfast", "as the lamps were being lit",
]

SEASONS = [  # name, the weather of the day, what the season looks like
    ("spring", ["a soft rain", "a mild wind from the south", "bright sunshine after a wet night", "a light mist", "a sudden shower"],
     ["the first swallows were back under the bridge", "the willows along the bank were turning green", "primroses stood in every ditch",
      "lambs were calling from the upper meadow", "the river ran high and brown with melted snow"]),
    ("summer", ["a dry heat", "a warm wind", "a clear blue sky", "a distant thunderstorm", "a haze over the fields"],
     ["the hay lay drying in long rows", "the river was so low that children crossed it on the stones", "swifts screamed above the bell tower",
      "the dust stood behind every cart", "the roses on the chapel wall were open"]),
    ("autumn", ["a cold drizzle", "a thick fog", "a strong west wind", "a clear cool light", "a steady rain"],
     ["the apples had been carried in", "yellow leaves were drifting down the river", "smoke from the orchards hung in the lanes",
      "the geese were going south in long lines", "the nights had begun to smell of frost"]),
    ("winter", ["a hard frost", "a fine dry snow", "a bitter wind", "a grey and silent cold", "a pale sun without warmth"],
     ["ice had formed along the quay", "the roofs were white from the mill to the gate", "the ferry rope was stiff with frost",
      "every chimney was smoking", "the reed beds rattled in the wind"]),
]

THINGS = [  # what, made of, where such a thing is kept
    ("silver ring", "silver", "in a small box"), ("brass key", "brass", "on a hook by the door"), ("wooden flute", "pear wood", "on the window sill"),
    ("blue scarf", "wool", "behind the door"), ("leather purse", "leather", "under the bench"), ("copper bell", "copper", "on the highest shelf"),
    ("painted cup", "clay", "on the dresser"), ("iron lantern", "iron", "beside the stairs"), ("carved spoon", "cherry wood", "in the drawer"),
    ("red blanket", "wool", "at the foot of the bed"), ("small mirror", "polished tin", "beside the window"), ("glass bottle", "green glass", "in the cellar"),
    ("tin whistle", "tin", "in a coat pocket"), ("straw hat", "straw", "on a nail"), ("pocket watch", "silver", "under the pillow"),
    ("music box", "walnut", "on the piano"), ("fishing rod", "hazel", "above the door"), ("letter knife", "bone", "on the desk"),
    ("pearl necklace", "pearls", "in a blue box"), ("fur cap", "fur", "on the coat stand"), ("bird whistle", "clay", "in the kitchen drawer"),
    ("old map", "linen", "between two books"), ("green umbrella", "silk", "in the hall"), ("pepper mill", "olive wood", "beside the stove"),
    ("marble egg", "marble", "on the writing table"), ("felt slipper", "felt", "under the bed"), ("candle snuffer", "brass", "by the clock"),
    ("rocking horse", "ash wood", "in the attic"),
]

HELD_OUT_THINGS = [
    ("ivory comb", "ivory", "in a linen bag"), ("bronze compass", "bronze", "on the mantel"), ("velvet glove", "velvet", "in a chest"),
    ("oak walking stick", "oak", "in the corner"),
]
