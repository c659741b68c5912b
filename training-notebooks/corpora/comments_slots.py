"""The fillers of the frames' slots. Those after `||` never occur in training in their slot: they make the first held-out split."""

SLOTS = {
    "such": "a|a|a|a|a|a total|a complete|a real|an absolute|such a|an utter|a proper",
    "very": "so|so|very|very|really|truly|pretty|totally|completely|just|incredibly||remarkably|utterly",
    "tail": ".|.|.|!|!!|, honestly.|, really.|, as always.|, you know that?|, if you ask me.| and everyone knows it.|, lol|...|| and that is a fact.|, no offence.",
    "fool": "idiot|idiot|idiot|fool|fool|moron|moron|imbecile|clown|loser|loser|dimwit|nitwit|numbskull|blockhead|twit|halfwit|dunce|buffoon|bonehead|airhead|dolt|jerk|jerk|creep|coward|liar|fraud|cheat|hypocrite|crybaby|pig|rat|snake|weasel|worm|parasite|troll|simpleton|ignoramus|brute|bully|slob|muppet|turnip|donkey|nobody|failure|disgrace|waste of space|joke|wimp|dummy|dope|scumbag|freak|pest|goon|fathead|knucklehead|lowlife|twerp|tool|sheep|baby|hack|con artist|crook|thief|snob|show-off|lunatic|maniac|psycho|oaf|chump|sucker||pillock|plonker|wally|lout|dingbat|dipstick|meathead|charlatan|toerag|ninny|nincompoop|lamebrain",
    "fools": "idiots|idiots|fools|morons|clowns|losers|dimwits|nitwits|jerks|cowards|liars|frauds|cheats|hypocrites|crybabies|pigs|rats|snakes|parasites|trolls|simpletons|bullies|muppets|donkeys|imbeciles|twits|creeps|crooks|lunatics|dummies|blockheads|failures|numbskulls||pillocks|ninnies|louts|meatheads|nincompoops",
    "adj": "stupid|stupid|stupid|dumb|dumb|idiotic|pathetic|useless|worthless|ignorant|brainless|clueless|foolish|lazy|ugly|disgusting|ridiculous|incompetent|moronic|spineless|dim|thick|hopeless|miserable|vile|mindless|gutless|selfish|silly|crazy|insane|dense|arrogant|childish|nasty|rotten|slow|boring|talentless|fat|filthy|hideous|inept|wretched|witless|two-faced|dishonest|weak|sad little|horrible|mad|repulsive|cowardly||dim-witted|feeble|obnoxious|loathsome|hare-brained|daft|vacuous|slimy",
    "silly": "turnip|potato|cabbage|walnut|sausage|spoon|doughnut|teapot|pancake|cucumber|carrot|onion|bucket|brick|lemon|parsnip|noodle|muffin|radish|pumpkin|pickle|biscuit||leek|doorknob|crumpet|melon|swede|lampshade",
    "silly_s": "turnips|potatoes|cabbages|walnuts|sausages|spoons|doughnuts|teapots|pancakes|bricks||doorknobs|lampshades",
    "do_dumb": "say that|write that|believe that|do something like this|post this|vote for {name}|delete the article|put {food} on a {thing}|trust {name}|buy that {thing}|miss the {event}|forget the {thing}|think that||lose a {thing} twice|argue with a {job}",
    "did": "were born|wrote that|said that|touched my {thing}|came to {place}|met me|spoke to {name}||opened your mouth",
    "do_again": "do that again|write that again|come here again|touch my {thing}|talk to {name}|post another {work}|delete my {work}|say one more word|come near me|come to {place}|show your face here||call my {relative} again|so much as look at me",
    "hurt": "hurt|hurt|hurt|punch|slap|kick|hit|beat|kill|destroy|smash|beat up|crush|knock out||clobber|thump|wallop|flatten",
    "harm": "hurt|hurt|punch|slap|kick|hit||thump|wallop",
    "hurted": "hurt|punched|slapped|kicked|beaten|crushed|smashed||thumped|clobbered",
    "adjer": "dumber|more stupid|uglier|lazier|thicker|more useless|slower|sillier|more pathetic|more ignorant||dafter|feebler",
    "adjest": "dumbest|most stupid|stupidest|ugliest|laziest|thickest|most useless|silliest|most pathetic|most ignorant|worst|nastiest||daftest|slimiest",
    "bodypart": "nose|legs|arm|jaw|fingers|face|teeth|neck|knees||ankles|ribs|toes",
    "bad_plural": "liars|liars|thieves|cheats|criminals|cowards|frauds|crooks|snobs|bullies|fools||scroungers|swindlers",
    "bad_adj": "stupid|lazy|dirty|dishonest|greedy|dangerous|ignorant|selfish|disgusting|weak|arrogant|evil||filthy|crooked|savage",
    "swear": "damn|damn|damned|bloody|bloody|goddamn|freaking|crappy|friggin||effing|blasted",
    "Damn": "Damn|Damn|Goddamn|God damn||Damned be",
    "damn": "damn|damn|goddamn|god damn||blast",
    "Crap": "Crap|Crap|Bullcrap|Bollocks|Total crap||Absolute crap",
    "crap": "crap|crap|crap|bullcrap|bollocks|horse crap|total crap||dog crap",
    "crappy": "crappy|crappy|crap|damn|bloody||crap-awful",
    "arse": "arse|arse|ass|ass|backside||bum",
    "trash": "garbage|rubbish|trash|a joke|pathetic|worthless|nonsense|drivel|terrible|awful|a disgrace|laughable||tripe|hogwash|a shambles",
    # Those spoken of with contempt. Groups that exist are in mild sentences only, and there as often as ones that do not, so that
    # no name gives it away; what would drive people out, threatens or swears names only groups that do not exist.
    "hated": "{invented}|people from {invented_place}|{identity}|{identity}",
    "invented_group": "{invented}|{invented}|people from {invented_place}",
    "group": "{invented}|{invented}|{identity}|{identity}|{identity}|people from {invented_place}",
    "invented": "Zorbians|Marlanders|Veldorans|Quillish people|Tamberites|Lowlanders|Ostravians|Brindlefolk|Kestrans|Norvallians|Pellans|Hillmen|Greenhaveners||Dunmarrians|Oskerites|Fenlanders",
    "invented_place": "Brindleford|Zorbia|Marland|Veldora|Tamber|Ostrava Bay|Kestra|Norvall|Greenhaven||Dunmarrow|Fenland|Oskery",
    "identity": "women|men|Muslims|Christians|Jews|immigrants|foreigners|gay people|black people|white people|old people|disabled people|Asians|refugees|trans people|atheists|lesbians|Hindus|Mexicans|Africans|young people||Buddhists|deaf people|blind people|Sikhs|Arabs",
    "id_a": "a woman|a man|a Muslim|a Christian|a Jew|an immigrant|a foreigner|gay|black|white|an old man|disabled|Asian|a refugee|trans|an atheist|a lesbian|a Hindu|Mexican|African|bisexual|Jewish|a gay man|a black woman|a Muslim woman|an old woman|a transgender woman|a Zorbian|a Marlander|a Veldoran|a Tamberite|from {invented_place}||a Buddhist|deaf|blind|a Sikh|an Arab|a Fenlander",
    "id_adj": "gay|lesbian|Muslim|Christian|Jewish|black|white|Asian|Mexican|African|disabled|trans|Hindu|old|foreign|Zorbian|Veldoran||deaf|Sikh|Arab|Buddhist",
    "name": "Anna|Ben|Clara|David|Emma|Frank|Grace|Henry|Ivan|Julia|Karl|Laura|Maria|Nora|Oscar|Paula|Quentin|Rosa|Sam|Tina|Umar|Vera|Walter|Yusuf|Zoe|Ahmed|Mei|Priya|Carlos|Fatima|John|Mary|Peter|Susan|Tom|Kate|Mike|Lisa|Paul|Sarah|Jack|Lucy|Harry|Ella|Leo||Olga|Dmitri|Hannah|Kofi|Ingrid|Ravi|Marta|Bruno|Stella",
    "place": "London|Paris|Berlin|Rome|Madrid|Vienna|Dublin|Oslo|Lisbon|Prague|Boston|Chicago|Texas|Tokyo|Delhi|Cairo|Lagos|Sydney|the village|the town|the park|the city|the library|the office|the kitchen|the garden|the station|the north|the south|Brindleford|Marland|Greenhaven|Kestra|the school|the market|the museum||Helsinki|Lima|Nairobi|the harbour|the valley|the bakery|Dunmarrow",
    "relative": "mother|father|sister|brother|grandmother|grandfather|aunt|uncle|cousin|son|daughter|wife|husband|friend|mum|dad|neighbour|roommate|partner||nephew|niece|grandson|flatmate",
    "job": "teacher|doctor|baker|nurse|driver|editor|manager|writer|cook|farmer|engineer|plumber|gardener|singer|player|coach|lawyer|dentist|waiter|librarian|painter|judge|minister|goalkeeper|developer|admin|moderator|student|carpenter|shopkeeper||pharmacist|violinist|surveyor|florist|electrician|janitor",
    "team": "team|council|committee|class|band|choir|club|company|government|orchestra|staff|crew|jury|department||board|faculty|squad",
    "person": "the {job}|my {relative}|our {job}|this {job}|that {job}|the man next door|the woman at the desk|my boss|the other {job}|the referee|the president|the guy in the video|his {relative}|she|he||the new {job}|the fellow over there",
    "person_cap": "The {job}|My {relative}|Our {job}|This {job}|That {job}|The man next door|My boss|The referee|The president|The guy in the video|His {relative}|She|He|He|She||The new {job}|The fellow over there",
    "He": "He|He|She|She|{name}|Someone|Somebody|The {job}|My {relative}|A man|My boss|A stranger|They|This guy|The other {job}|One of them||An old woman|Her {relative}|A tourist",
    "thing": "phone|laptop|printer|bike|chair|lamp|umbrella|ticket|book|camera|clock|bag|keyboard|jacket|watch|guitar|knife|kettle|radio|screen|battery|hat|map|key|box|ball|blanket|car|computer|game|hammer|mirror|oven|pen|piano|shirt|shoe|suitcase|table|toaster|towel|website|app|fridge|heater|door|mug|sofa||scarf|drill|mattress|speaker|lantern|wallet|tripod|vase|charger|router",
    "furniture": "table|shelf|sofa|chair|desk|bed|floor|carpet|bench|cupboard|windowsill||armchair|counter|stool",
    "food": "bread|soup|pizza|cake|cheese|rice|pasta|salad|curry|chicken|fish|apple pie|chocolate|coffee|tea|ice cream|honey|stew|pancakes|potatoes|carrots|tomatoes|garlic|butter|sausages|noodles|strawberries|beans|lentils|omelette||dumplings|risotto|yoghurt|mushrooms|waffles|spinach|porridge",
    "topic": "history|music|football|chess|the Roman empire|medicine|physics|birds|the climate|cooking|the election|trains|poetry|computers|gardening|the economy|mathematics|space|the sea|painting|law|languages|volcanoes|films|bridges|tax law|maps|dinosaurs|photography|the railway|tennis|religion|war|peace|women in science|gay marriage|immigration|the civil rights movement||astronomy|beekeeping|opera|glaciers|sculpture|jazz|lighthouses",
    "event": "meeting|party|concert|wedding|match|festival|exam|lesson|picnic|conference|race|market|birthday|show|game|dinner|trip|holiday|parade|interview|lecture|workshop|election|play|exhibition|barbecue||reunion|rehearsal|marathon|auction|graduation|tournament",
    "vehicle": "train|bus|tram|plane|ferry|taxi|car|underground|boat|bike||minibus|coach|scooter",
    "weather": "rain|snow|wind|heat|fog|storm|cold|weather|ice||drizzle|hail|frost",
    "pet": "cat|dog|rabbit|parrot|hamster|horse|goldfish|tortoise|kitten|puppy||canary|ferret|pony",
    "animal": "donkey|pig|rat|snake|weasel|worm|sheep|goat|cow|monkey|duck|goose|chicken|fox|wolf|bear||otter|badger|llama|toad",
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Easter|New Year||Christmas|Midsummer",
    "number": "two|three|four|five|six|seven|eight|nine|ten|12|15|20|30|42|100||eleven|60|250|1500",
    "when": "yesterday|today|last week|last night|this morning|on {day}|two days ago|in the morning|after lunch|last summer|again|together|for {number} hours||the other day|before dawn|over the weekend",
    "when_next": "tomorrow|tonight|today|next week|on {day}|soon|later|after lunch|this evening|at {number}|this weekend|sometime||in a fortnight|at dawn|right after the {event}",
    "do_plain": "read a book|bake bread|fix the {thing}|cook dinner|play chess|play football|learn French|write a letter|clean the {furniture}|feed the {pet}|paint the wall|go for a walk|visit {place}|buy {food}|make {food}|watch the {event}|swim|sing|dance|drive a car|ride a bike|spell|count to ten|tie a shoe|boil water|add a source|edit the article|move the {thing}|carry the {thing}|water the plants|call {name}|meet {name}|help {name}|wait|sleep|work|study {topic}|talk about {topic}|open the {thing}|sell the {thing}|take the {vehicle}||plant a tree|sew a button|mow the lawn|polish the {thing}|whistle a tune|climb the hill|hang the curtains",
    "did_plain": "read a book|baked bread|fixed the {thing}|cooked dinner|played chess|played football|learned French|wrote a letter|cleaned the {furniture}|fed the {pet}|painted the wall|went for a walk|visited {place}|bought {food}|made {food}|watched the {event}|swam in the lake|sang a song|danced|drove to {place}|rode a bike|added a source|edited the article|moved the {thing}|carried the {thing}|watered the plants|called {name}|met {name}|helped {name}|waited|slept well|worked|studied {topic}|talked about {topic}|opened the {thing}|sold the {thing}|took the {vehicle} to {place}||planted a tree|sewed a button|mowed the lawn|polished the {thing}|whistled a tune|climbed the hill|hung the curtains",
    "work": "article|comment|post|edit|song|video|photo|drawing|essay|recipe|poem|code|cooking|question|answer|story|idea|website|report|book|music|blog|painting||sketch|podcast|review|speech|thesis",
    "works": "articles|comments|posts|edits|songs|videos|photos|drawings|essays|poems|stories||sketches|speeches",
    "star": "star|hero|legend|genius|angel|gem|treasure|friend|gentleman|champion|good friend|great cook|kind soul|darling|sweetheart|winner|great teacher|wonderful person|good person|good man|good woman|talented {job}|nice guy|brilliant {job}|lifesaver|doctor|professional|pro|joy|inspiration||diamond|pearl|saint|trooper|artist|delight",
    "kind": "kind|helpful|lovely|wonderful|brilliant|clever|smart|generous|nice|sweet|talented|brave|patient|funny|friendly|thoughtful|amazing|good|great|polite|honest|beautiful|intelligent|gentle|cool|caring||considerate|charming|gracious|gifted|modest|loyal",
    "nice": "nice|lovely|great|wonderful|good|beautiful|excellent|fantastic|interesting|amazing|useful|delicious|perfect|tasty|brilliant|funny|fine|awesome|long|short|old|new|small|expensive|cheap|quiet||splendid|superb|delightful|charming|sturdy|colourful",
    # A wide vocabulary, so that ordinary words mean nothing by themselves.
    "noun": (
        "account|acre|actor|address|adult|advice|aeroplane|afternoon|agency|airport|album|alphabet|ambulance|"
        "anchor|angle|ankle|answer|ant|apartment|apple|apron|arch|area|army|arrow|art|atlas|attic|audience|"
        "autumn|avenue|award|baby|back|badge|balcony|balloon|bandage|banner|bar|barn|barrel|basin|basket|bath|"
        "beach|beam|bee|beetle|bell|belt|bicycle|bill|bird|blade|bone|bowl|branch|brand|brass|breakfast|breath|"
        "brick|bridge|broom|brush|bubble|bug|building|bulb|bullet|bundle|button|cabin|cable|cage|camp|canal|"
        "candle|canvas|cap|captain|card|career|carpenter|cart|cartoon|castle|catalogue|cave|ceiling|cellar|cello|"
        "century|ceremony|chain|chalk|chamber|channel|chapter|charity|chart|chef|cherry|chest|chimney|chin|"
        "church|circle|citizen|claim|clay|cliff|climate|clinic|cloth|cloud|coal|coast|coat|coin|collar|college|"
        "colour|column|comb|comet|contract|copper|cord|corner|cotton|counter|county|court|cousin|cradle|crane|"
        "crayon|cream|creature|credit|creek|crowd|crown|cup|curtain|curve|cushion|customer|cycle|daisy|dam|data|"
        "dawn|deck|deer|degree|delay|delivery|denim|desert|device|diagram|diamond|diary|dictionary|diet|diploma|"
        "direction|dish|disk|distance|district|dolphin|domain|dome|dragon|drain|drawer|dream|dress|drum|dust|"
        "eagle|earth|echo|edge|editor|egg|elbow|elephant|elevator|entrance|envelope|equation|errand|escalator|"
        "estate|exam|explorer|eye|fabric|factory|family|fan|farm|feather|fee|fence|fern|field|figure|film|"
        "finger|fire|flag|flavour|fleet|flood|flour|flower|flute|fog|folder|forest|fork|form|fossil|fountain|"
        "frame|friend|frog|fruit|fuel|funnel|garage|garment|gate|gear|gem|gift|giraffe|glacier|glass|glove|"
        "glue|goal|gold|gown|grain|grandparent|grape|graph|grass|gravel|grid|guest|guide|habit|hall|hammock|"
        "hand|handle|hay|headline|health|heart|hedge|helmet|herb|highway|hill|hobby|hook|horizon|hospital|host|"
        "hotel|hour|idea|index|industry|ink|inn|institute|insurance|interest|internet|interview|invention|invoice|"
        "iron|island|ivy|jar|jazz|jewel|journal|journey|judge|jug|juice|jungle|jury|kayak|kernel|kingdom|"
        "kitchen|kite|knot|label|lace|lake|lane|language|laser|laundry|lawn|leaf|league|leather|ledger|leg|"
        "lesson|letter|level|library|licence|lid|life|limit|line|link|list|loan|lock|log|loop|lorry|lunch|"
        "machine|magazine|magnet|mail|manual|marble|margin|mask|mast|material|meadow|meal|medal|melody|memory|"
        "menu|merchant|message|metal|meter|microphone|mill|minute|mission|mixture|model|module|moment|monument|"
        "moon|morning|mortgage|motor|mountain|mouse|mouth|movie|muscle|mushroom|mystery|nail|name|nation|needle|"
        "neighbourhood|nest|net|newspaper|night|note|notebook|notice|novel|nursery|nut|oar|ocean|office|oil|"
        "olive|option|orbit|orchard|order|organ|ornament|outfit|owl|owner|oxygen|package|page|paint|palace|pan|"
        "panel|paper|parade|paragraph|parcel|parent|parking|parliament|party|passage|past|paste|path|patient|"
        "pattern|pavement|payment|peach|peak|pear|pebble|pencil|pension|pepper|percentage|performance|perfume|"
        "permit|petal|petrol|picture|pillow|pilot|pin|pine|pipe|pirate|planet|plant|plate|plot|plug|pocket|"
        "point|policy|pond|pool|population|port|portrait|poster|pot|powder|prairie|prediction|prescription|price|"
        "princess|print|prism|prize|problem|profile|profit|program|project|proposal|pulse|pump|puppet|purse|"
        "puzzle|pyramid|quarter|queen|question|quilt|rack|raft|rail|ramp|range|rate|recipe|record|reef|region|"
        "remedy|rent|reply|report|reservoir|resort|result|ribbon|rice|ring|river|road|rock|roof|room|root|rope|"
        "route|row|rug|runway|salad|salt|sample|sand|sauce|saucer|schedule|scheme|science|scissors|score|seal|"
        "season|seat|secret|section|seed|semester|sentence|server|shade|shadow|shape|shark|shed|sheet|shell|"
        "shelter|shift|ship|shop|shoulder|shower|shuttle|sign|signal|silk|silver|sink|site|size|skirt|sky|sled|"
        "sleeve|slide|slope|smoke|soap|software|soil|soldier|solution|song|source|spark|spice|spring|square|"
        "stable|stadium|staff|stage|stairs|stamp|star|statement|statue|steel|stem|step|stick|stomach|stone|"
        "store|story|stove|straw|stream|street|string|stripe|studio|style|subject|suburb|sugar|suit|summary|"
        "summer|sun|supper|surface|surgery|survey|swan|sweater|switch|symptom|syrup|system|tablet|tail|tank|"
        "tape|target|tax|team|temperature|temple|tent|term|test|textbook|theatre|theory|thread|throat|thumb|"
        "tide|tie|tile|timber|timetable|tip|tissue|title|ton|tongue|tool|tooth|topic|torch|tower|toy|track|"
        "tractor|trade|trail|translator|tray|treaty|tree|triangle|trick|trumpet|trunk|truth|tube|tulip|tunnel|"
        "turbine|tutor|twig|umbrella|uniform|university|valley|van|vase|vegetable|vehicle|vein|veranda|version|"
        "vest|victory|view|village|vine|virus|visit|voice|volume|vote|voyage|wage|wagon|waist|wall|walnut|"
        "warehouse|water|wave|wax|weapon|website|wedding|week|weight|well|whale|wheat|wheel|whistle|willow|"
        "winch|window|wing|winter|wire|wizard|wool|word|workshop|world|wrist|yard|year|zebra|zone||bank|bead|"
        "beard|bedroom|boat|body|bolt|border|bottle|breeze|brochure|butterfly|calendar|canoe|carbon|cargo|"
        "cathedral|cheque|cinema|coach|compass|country|design|detail|dinner|ear|engine|evidence|experiment|flame|"
        "flight|foam|harvest|hinge|hive|household|insect|item|ladder|lift|lion|luggage|microscope|mine|nature|"
        "nectar|network|noise|oak|palm|passport|plastic|platform|post|province|quarry|queue|rainbow|referee|"
        "repair|rhythm|ride|robot|rocket|rose|ruler|sail|sandwich|satellite|scale|sister|smile|sock|spider|"
        "steam|swing|symbol|texture|tomb|violin|wardrobe|wood"
    ),
    "verbed": (
        "accepted|added|admired|announced|answered|arranged|asked for|avoided|balanced|bought|built|caught|checked|"
        "cleaned|coloured|compared|completed|counted|created|crossed|delivered|described|designed|discovered|"
        "discussed|dropped|enjoyed|entered|examined|exchanged|explored|fetched|filled|finished|fixed|followed|"
        "found|gathered|guarded|held|helped|improved|inspected|kept|left|lifted|liked|listed|loaded|located|"
        "lost|made|managed|marked|measured|mentioned|missed|mixed|moved|named|needed|noticed|offered|opened|"
        "ordered|organised|owned|packed|painted|photographed|picked|placed|planned|planted|posted|prepared|"
        "presented|printed|produced|published|pulled|purchased|pushed|raised|reached|read|recorded|removed|rented|"
        "repaired|replaced|reported|rescued|returned|reviewed|saved|searched|sent|served|shared|shipped|"
        "signed|sold|sorted|started|stopped|stored|studied|supported|tested|traded|tried|turned|used|"
        "visited|washed|watched|weighed|wrapped||borrowed|carried|changed|closed|copied|covered|explained|"
        "introduced|invented|joined|passed|protected|received|translated"
    ),
    "plain": (
        "French|ancient|annual|average|basic|bitter|black|blue|brief|bright|brown|calm|ceramic|cheap|civil|"
        "clear|close|coastal|complex|cool|correct|curious|current|daily|dark|deep|digital|direct|distant|"
        "domestic|double|early|eastern|easy|electric|empty|equal|even|exact|extra|faint|fair|famous|fast|final|"
        "flat|fragile|free|frequent|fresh|frozen|future|general|global|golden|grand|green|grey|handmade|hard|"
        "heavy|hidden|high|hollow|horizontal|huge|human|icy|important|indoor|inner|iron|joint|large|last|late|"
        "legal|level|light|liquid|little|long|loud|low|main|major|marine|massive|medical|medium|metal|mild|"
        "minor|mixed|mobile|modern|muddy|musical|narrow|national|natural|near|neat|new|next|normal|northern|"
        "obvious|official|open|orange|oval|pale|parallel|permanent|personal|physical|pink|plain|plastic|portable|"
        "possible|previous|printed|private|public|pure|purple|quick|rapid|raw|ready|real|recent|red|regular|"
        "remote|rough|round|royal|rural|salty|sandy|scientific|second|sharp|silent|silver|simple|single|sleepy|"
        "slim|smooth|soft|solid|southern|spare|special|square|standard|steady|steep|stiff|striped|strong|sudden|"
        "summer|sunny|sweet|tall|technical|temporary|thin|third|tidy|tiny|tropical|typical|unusual|upper|urban|"
        "usual|vertical|visible|warm|weekly|western|wet|white|wild|windy|winter|wooden|yearly|yellow|young||"
        "broad|central|certain|classic|clean|cold|common|complete|dry|floral|full|international|local|mature|"
        "missing|monthly|paper|popular|primary|rare|short|wide"
    ),
    "state": "tired|late|early|right|ready|busy|hungry|thirsty|lucky|tall|home|here|there|next|invited|welcome|outside|upstairs|asleep|awake|sick|better|married|safe|free|new here|first in line|a bit late|in the garden|on the list|on holiday|on time|at work|from here|almost there|not alone|still young||on the phone|in the queue|sunburnt|out of breath",
    # {fool_cap} and the like are {fool} with a capital: see make_comments.py.
}
