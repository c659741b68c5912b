"""What make_comments.py says in anger: frames by family, written for this project, all mild.

One frame a line. `? ` before it: only in validation. `! ` before it: only in the held-out split of unseen phrasings. Others
train, and make the held-out split of unseen slot fillers. `{name}` is a slot of comments_slots.py.
"""

# family -> (labels, share of the hostile sentences, frames)
HOSTILE = {
    "insult": (("toxic", "insult"), 40, """
You are {such} {fool}.
You are {such} {adj} {fool}.
You're {such} {fool}{tail}
You're {adj} and {adj}.
You are {adj}{tail}
You are {very} {adj}.
You are {such} {fool} and {such} {fool}.
You are {such} {fool}, {name}.
You absolute {silly}!
You absolute {fool}.
You complete and utter {fool}.
You {adj} {fool}!
You {adj}, {adj} {fool}.
You {silly}!
What {such} {fool}.
What {such} {fool} you are.
What {such} {adj} {fool}{tail}
{fools_cap}, the lot of you.
{name} is {such} {fool}.
{name} is {such} {adj} {fool}{tail}
{name} is {very} {adj}.
{name}, you are {very} {adj}.
{name}, you're {such} {fool}{tail}
{person_cap} is {such} {fool}.
{person_cap} is {such} {adj} {fool}.
{person_cap} is {very} {adj}{tail}
How can anyone be so {adj}?
How {adj} can you be?
How {adj} are you?
Are you {adj} or what?
Are you {such} {fool}?
Only {such} {fool} would {do_dumb}.
Only {such} {adj} {fool} could {do_dumb}.
Any {fool} knows that, except you.
Everyone knows you are {such} {fool}.
Everybody in {place} thinks you are {very} {adj}.
I have never met such {such} {fool}.
I have never met anyone as {adj} as you.
You have the brain of {such} {silly}.
You have the wit of {such} {silly}{tail}
{silly_cap} brain!
Your brain is smaller than a {silly}.
You must be the most {adj} person in {place}.
You must be {very} {adj} to {do_dumb}.
Look at this {fool}.
Look at this {adj} {fool} trying to {do_plain}.
Listen, {fool}, nobody cares.
Listen up, you {adj} {fool}.
Hey {fool}, {do_plain} yourself.
Hey {adj}, learn to read.
Typical {fool}.
Typical {adj} {fool}, can't even {do_plain}.
People like you are {very} {adj}.
People like you are {fools}.
You and your friends are {fools}.
You are all {fools}.
They are all {adj} {fools}.
The people who run {place} are {fools}.
The whole {team} are {adj} {fools}.
The {team} is run by {fools}.
Whoever wrote this is {such} {fool}.
Whoever wrote this is {very} {adj}.
The author is {such} {adj} {fool}.
The idiots in {place} did it again.
I can't believe you are this {adj}.
It takes {such} {fool} to {do_dumb}.
Stop being {such} {fool}.
Stop being so {adj}{tail}
Don't be {such} {fool}.
Don't be so {adj}, {fool}.
Congratulations, you are the biggest {fool} in {place}.
You look like {such} {silly}.
You look like {such} {fool} in that {thing}.
You sound like {such} {fool}.
You sound {very} {adj}.
You smell and you are {adj}.
My {relative} is smarter than you, {fool}.
A {silly} has more sense than you.
A {silly} could {do_plain} better than you.
Nobody likes you because you are {adj}.
Nobody likes {such} {fool}.
Once {such} {fool}, always {such} {fool}.
I always knew {name} was {such} {fool}.
I think you are {such} {fool}.
I think you are {very} {adj}.
I think {name} is {very} {adj}.
You are too {adj} to {do_plain}.
You are too {adj} to understand it.
You're not just {adj}, you're {such} {fool}.
Oh look, it is {name} the {fool}.
So {adj}. You {fool}.
Thanks for nothing, {fool}.
Thanks for nothing, you {adj} {fool}.
{name} the {fool} strikes again.
Your {relative} raised {such} {fool}.
You failed because you are {adj}.
ur {such} {fool}
u are so {adj} lol
lol what {such} {fool}
omg you are {adj}
you {fool}
you {adj} {silly}
such {such} {adj} {silly}
{fool_cap}.
{fool_cap}!
You are nothing but {such} {fool}.
You are a disgrace to {place}.
You are an embarrassment to the {team}.
You are a waste of space{tail}
You are a waste of oxygen.
You have no brain.
You don't have a brain, do you?
Do you even have a brain?
Did you leave your brain in {place}?
You pathetic excuse for {such} {job}.
You are the worst {job} in the world.
{name} is the worst {job} I ever met, a real {fool}.
I hate you, you {fool}.
You disgust me, you {adj} {fool}.
Grow up, you {fool}.
Get a life, you {adj} {fool}.
Go home, {fool}.
The mayor is {such} {fool} and so are you.
? Trust {name} to be {such} {fool} again.
? You couldn't {do_plain} if you tried, you {fool}.
? I wouldn't hire {such} {fool} like you as a {job}.
? For a {job} you are remarkably {adj}.
? Even among {fools} you stand out.
? There goes {name}, still {such} {fool}.
? {place} would be better without {fools} like you.
? Is there anyone more {adj} than {name}?
? Wow, you really are {adj}.
? Shame on you, {fool}.
! I have seen {silly_s} with more sense in their heads than you.
! If being {adj} were a sport, {name} would win every year.
! Somewhere a village is missing its {fool}, and it is you.
! Of all the {fools} in this thread you take the prize.
! You win the award for most {adj} {job} of the year.
! With {fools} like {name} around, who needs enemies?
! Honestly {name}, a {silly} would make a better {job}.
! My {pet} has more brains than you do, {fool}.
! Did you practise being this {adj}, or does it come naturally?
! Calling you {such} {fool} would be unfair to {fools}.
! One look at your {work} and I knew you were {such} {fool}.
! The {job} in {place} turned out to be {such} {adj} little {fool}.
! Have you always been {such} {fool}?
! Stick to what you know, {fool}, which is nothing.
! No wonder they left, {person} is {adj} beyond belief.
! Only the truly {adj} would agree with you.
! Next time use your head, you {silly}.
! Pity there is no cure for being so {adj}, {name}.
! You make {such} {silly} look clever.
! Keep talking, {name}, everyone can see you are {adj}.
"""),
    "rude": (("toxic",), 16, """
Shut up.
Shut up, {name}.
Just shut up about your {thing}.
Shut up and go away.
Shut your mouth.
Be quiet, nobody asked you.
Nobody asked you.
Nobody asked for your opinion, {name}.
Nobody cares about your {work}.
Nobody wants you in {place}.
Nobody wants to read your {work}.
Get lost.
Get lost, {name}.
Get lost and take your {thing} with you.
Get out of here and never come back.
Go away, nobody likes you.
Go away, {name}.
Go back to school.
Go back to kindergarten, {name}.
Go cry about it.
Cry more.
Your {work} is {trash}.
Your {work} is {trash} and everyone knows it.
Your {work} is the worst thing I have ever read.
Your {work} makes me sick.
I have seen better {works} from a toddler.
Delete your account.
Delete your {work} and never write again.
I hate you.
I hate you, {name}.
I hate you and your {work}.
I can't stand you.
I can't stand {name}.
You make me sick.
You disgust me.
You ruin everything.
You ruin every {event}.
You are not welcome here.
You don't deserve a {thing}.
You don't deserve friends.
Nobody likes you.
Nobody likes you, {name}.
Everybody hates you.
Everybody in {place} hates you.
No one would miss you.
The {team} hates you.
Mind your own business and leave.
What is wrong with you?
What the heck is wrong with you, {name}?
Are you serious? Your {work} is {trash}.
Stop wasting everyone's time with your {work}.
You should be ashamed of your {work}.
You should be ashamed of yourself.
Who let you out of your cage?
Learn to read before you comment.
Learn to {do_plain} or get out.
Save your breath, {name}, nobody is listening.
Take your {work} and get out.
I wish you would disappear.
I hope your {thing} breaks.
I hope you fail, {name}.
? Do us all a favour and leave {place}.
? Why don't you crawl back under your rock?
? Not one person enjoyed your {work}, so stop.
? Keep your {trash} {work} to yourself.
? Spare us, {name}.
? We were happier before you joined the {team}.
! The door is over there, {name}, use it and don't return.
! Your {work} belongs in the bin, and so do your opinions.
! Everyone at the {event} was glad when you went home.
! Please never speak to us again, you spoil everything.
! I would rather eat my {thing} than read another word from you.
! Zip it, {name}.
! If I never see you again it will be too soon.
! The internet was better without you and your {work}.
! Whatever you are selling, nobody is buying, so beat it.
! I lost patience with you long ago, now go.
"""),
    "profane_at": (("toxic", "obscene"), 11, """
{Damn} you.
{Damn} you, {name}.
{Damn} you and your {work}.
Go to hell.
Go to hell, {name}.
Go to hell and take your {thing} with you.
Screw you.
Screw you, {name}.
Screw you and your {swear} {thing}.
Screw you and your {work}.
Piss off.
Piss off, {name}.
Oh piss off and leave us alone.
Bugger off.
Bugger off, {name}, nobody wants you here.
Shut the hell up.
Shut the hell up, {name}.
Shut your {swear} mouth.
Get the hell out of {place}.
Get your {swear} {thing} out of here.
What the hell is wrong with you?
What the hell is wrong with you, {name}?
Who the hell do you think you are?
Who the hell asked you?
Your {work} is {crap}.
Your {work} is {swear} {trash}.
Your {work} is a load of {crap}.
You are full of {crap}.
You're full of {crap}, {name}.
You write nothing but {crap}.
Stop posting this {crap}.
Stop posting your {swear} {work}.
Nobody gives a {crap} about you.
Nobody gives a damn about your {work}.
I don't give a damn about you or your {work}.
Kiss my {arse}.
Kiss my {arse}, {name}.
Get off your {arse} and {do_plain}.
Take your {work} and shove it up your {arse}.
Shove your {swear} {thing}.
Mind your own {swear} business.
Leave me the hell alone, {name}.
You piss me off.
You piss me off every {swear} day.
I hate your {swear} {work}.
{Damn} it, {name}, shut up.
To hell with you.
? You and your {swear} {thing} can go to hell.
? I am sick of your {crap}, {name}.
? Eat {crap}, {name}.
? Cut the {crap}, {name}, we all hate you.
! May your {swear} {thing} fall apart, and to hell with you.
! Honestly, sod off and never post your {crap} here again.
! Nobody in {place} gives a {swear} toss what you think.
! Stuff your {swear} {work} where the sun does not shine.
! How about you shut that {swear} trap of yours?
! Hell will freeze over before anyone likes you or your {crap}.
"""),
    "profane_insult": (("toxic", "obscene", "insult"), 11, """
You {swear} {fool}.
You {swear} {fool}!
You {swear} {adj} {fool}.
You are a {swear} {fool}.
You are a {swear} {adj} {fool}, {name}.
You're a {swear} {fool} and your {work} is {crap}.
You are so {swear} {adj}.
You are {swear} {adj}.
What a {swear} {fool}.
What a {swear} {fool} you are.
{name} is a {swear} {fool}.
{person_cap} is a {swear} {fool}.
How {swear} {adj} are you?
Are you {swear} {adj}?
Stupid {arse}.
You stupid {arse}.
You {adj} {arse}.
You {adj} piece of {crap}.
You piece of {crap}.
{name} is a piece of {crap}.
You are a piece of {crap} and everyone knows it.
Screw you, {fool}.
Screw you, you {adj} {fool}.
Go to hell, {fool}.
Go to hell, you {adj} {fool}.
Piss off, you {fool}.
Piss off, {fool}.
Bugger off, you {adj} {fool}.
Shut the hell up, {fool}.
Shut the hell up, you {adj} {fool}.
{Damn} you, you {adj} {fool}.
Who the hell let this {fool} in?
{Crap} from {such} {fool}, as usual.
Get your {arse} out of here, {fool}.
Only a {swear} {fool} would {do_dumb}.
Those {swear} {fools} again.
Those {swear} {fools} ruined the {event}.
You {swear} {silly}.
You {swear} {fools} can't {do_plain}.
? What the hell, {fool}?
? Such a {swear} {fool}, that {name}.
? Nobody gives a {crap}, you {adj} {fool}.
? Of course the {swear} {fool} forgot the {thing}.
! {Damn}, {name}, you really are one {adj} {fool}.
! Every {swear} day this {fool} posts another {work}.
! The {job} talks {crap} because he is {such} {fool}.
! Up yours, {fool}.
! I swear, a {swear} {silly} has more brains than this {fool}.
"""),
    "profane_thing": (("obscene",), 9, """
This {swear} {thing} is broken again.
This {swear} {thing} never works.
My {swear} {thing} broke.
{Damn} it, my {thing} is broken.
{Damn} it, I missed the {swear} {vehicle}.
{Damn}, I forgot my {thing}.
{Damn} this {weather}.
{Damn} {thing}.
What a {crap} day.
What a {crappy} {event}.
This {thing} is {crap}.
This {thing} is a piece of {crap}.
The {food} here tastes like {crap}.
The {event} was {crap}.
The new {thing} is {crappy}.
I feel like {crap} today.
{Crap}, I forgot the {thing}.
{Crap}, the {vehicle} left without us.
Oh {crap}, the {food} is burning.
Oh {crap}, I have no {thing}.
Bloody {weather}.
Bloody {thing} won't start.
The bloody {vehicle} is late.
The {swear} {vehicle} is late again.
Where the hell is my {thing}?
Where is my {swear} {thing}?
Why the hell is the {thing} so expensive?
How the hell do I fix this {thing}?
What the hell happened to the {thing}?
I am so sick of this {swear} {weather}.
I hate this {swear} {thing}.
I paid a fortune for this {crappy} {thing}.
The price of a {thing} is a {swear} joke.
I can't find my {swear} {thing} anywhere.
I dropped the {swear} {food} on the floor.
Bollocks, I left the {thing} in {place}.
Bugger, the {thing} is empty.
To hell with this {weather}.
The whole {swear} week was rain.
{Damn} traffic in {place} again.
My {arse} hurts after that {vehicle} ride.
? Another {swear} update broke the {thing}.
? The {thing} is full of {crap}.
? Not this {swear} {thing} again.
? Hell, the {vehicle} is cancelled.
! Waited an hour for the {swear} {vehicle} and then it was full of {crap} seats.
! Of course the {swear} {thing} stopped just before the {event}.
! Well, {crap}. There goes the {food}.
! Six weeks of {swear} {weather} in {place}, and counting.
! Whoever designed this {thing}, it runs like {crap}.
"""),
    "threat": (("toxic", "threat"), 16, """
I will find you.
I will find you and make you regret this.
I will find you and you will be sorry.
I'm going to find you, {name}.
I will make you regret this.
I will make you pay for this.
I will make you suffer for this, {name}.
I'll make you sorry you ever {did}.
You will regret this.
You will regret this, {name}.
You will pay for this.
You will pay for what you did to my {thing}.
You are going to pay for this, {name}.
You'll be sorry when I get there.
Watch your back.
Watch your back, {name}.
You better watch your back in {place}.
You had better watch yourself.
You better run.
You better run when I come to {place}.
You better hide, {name}.
I know where you live.
I know where you live and I am coming.
I know where you live, so be afraid.
I know where you work, {name}. Be afraid.
I know which school your kids go to, be careful.
I'm coming for you.
I am coming for you, {name}.
We are coming for you.
We are coming to {place} to get you.
I will get you for this.
I'm going to get you, {name}.
I am going to {hurt} you.
I'm going to {hurt} you, {name}.
I will {hurt} you.
I will {hurt} you when I see you.
I will {hurt} you if you {do_again}.
I'll {hurt} you for that.
I swear I will {hurt} you.
I want to {hurt} you.
Someone should {hurt} you.
Somebody ought to {hurt} {name}.
Next time I see you I will {hurt} you.
When I see {name} I will {hurt} him.
If you {do_again}, I will {hurt} you.
If you {do_again}, you will regret it.
If I see you in {place} again, you will be sorry.
If you come to {place} I will {hurt} you.
One more word and I will {hurt} you.
Say that again and I will {hurt} you.
Say that to my face and see what happens.
Touch my {thing} and I will {hurt} you.
Come to {place} and I will {hurt} you.
Just wait until I get my hands on you.
Wait until I catch you, {name}.
You are dead meat.
You're dead, {name}.
You are so dead when I find you.
Your days are numbered.
Your days are numbered, {name}.
Sleep with one eye open.
You should sleep with one eye open tonight.
I will break your {bodypart}.
I'm going to break your {bodypart}, {name}.
I'll break your {bodypart} if you {do_again}.
I will smash your {bodypart}.
I will smash your windows.
I will burn down your house.
I will burn your {thing}.
You won't live to see {day}.
You won't be safe in {place}.
My friends and I will {hurt} you on {day}.
My brothers will {hurt} you.
You are next.
This is your last warning, then I {hurt} you.
Keep talking and I will {hurt} you.
I hope somebody will {hurt} you.
? The next time you {do_again} will be your last.
? I have your address, and I am angry.
? You won't get away with this, {name}, I will hunt you down.
? I am waiting outside your house.
? Prepare to lose your {bodypart}.
! Lock your doors tonight, {name}.
! There will be nowhere in {place} to hide from me.
! Remember my face, because you'll see it when I {hurt} you.
! Give me five minutes alone with {name} and he will never walk straight again.
! Better say goodbye to your {bodypart}.
! I've got your home address now. Expect a visit you won't enjoy.
! Accidents happen to people like you, especially in {place}.
! You'll wish you had never been born when I'm done with you.
! On {day} you get what is coming to you, and it will hurt.
! Do that to my {relative} once more and I come over to {hurt} you.
"""),
    "threat_insult": (("toxic", "severe_toxic", "threat", "insult"), 5, """
I will find you, you {fool}.
I will find you and {hurt} you, you {adj} {fool}.
I will {hurt} you, you {fool}.
I will {hurt} you, you {adj} {fool}.
I'm going to {hurt} you, {fool}.
You {fool}, I know where you live.
You {adj} {fool}, you will pay for this.
You will regret this, you {adj} {fool}.
Watch your back, {fool}.
You are dead, you {adj} {fool}.
I'm coming for you, you {fool}.
I'll break your {bodypart}, you {adj} {fool}.
Someone should {hurt} {fools} like you.
If you {do_again}, you {fool}, I will {hurt} you.
You are {such} {fool} and I will {hurt} you.
? Sleep badly, {fool}, I am on my way to {hurt} you.
? Hide, you {adj} {fool}, before I {hurt} you.
! No lock will protect you from me, you {adj} little {fool}.
! Remember me, {fool}, because I will come to {place} and {hurt} you.
"""),
    "threat_profane": (("toxic", "severe_toxic", "obscene", "threat"), 4, """
I will {hurt} your {arse}.
I'm going to kick your {arse}.
I will kick your {swear} {arse}, {name}.
I will find you and kick your {swear} {arse}.
I will {hurt} you, {damn} you.
I will break your {swear} {bodypart}.
I will smash your {swear} {bodypart}, {name}.
I know where you {swear} live.
Go to hell, I will {hurt} you myself.
Screw you, I know where you live.
Screw you, {name}, you will pay for this.
You will {swear} regret this.
Watch your {swear} back.
? Piss off or I will {hurt} you.
? Get out of {place} or I will kick your {swear} {arse}.
! Damn you to hell, {name}, one day I am going to {hurt} you.
! Say goodbye to your {swear} {bodypart}, {name}.
"""),
    "hate": (("toxic", "identity_hate"), 15, """
{Group} are all {bad_plural}.
{Group} are {bad_plural}.
All {group} are {bad_plural}.
{Group} are {bad_adj}.
{Group} are all {bad_adj}.
All {group} are {bad_adj}.
Everyone knows that {group} are {bad_adj}.
{Group} should go back where they came from.
{Group} should not be allowed in {place}.
{Group} should not be allowed to {do_plain}.
{Group} should not be allowed to vote.
{Group} don't belong here.
{Group} don't belong in {place}.
{Group} do not deserve a {thing}.
{Group} ruin everything.
{Group} ruined {place}.
{Group} are ruining our country.
{Group} are not like us, keep them out.
{Group} are beneath us.
{Group} are worth less than we are.
{Group} are the problem with {place}.
Keep {group} out of {place}.
Keep {group} out of our schools.
We don't want {group} in {place}.
We don't need any more {group} here.
No {group} in my shop, please.
Never trust {group}.
Never hire {group}.
You can't trust {group}.
I don't trust {group}, they are {bad_plural}.
I hate {group}.
I hate all {group}.
I can't stand {group}.
I really can't stand {group} in {place}.
I would never let {group} into my house.
I wish all {group} would leave {place}.
Send all {group} home.
Send the {group} back.
Get rid of all {group}.
{Group} have no place in this town.
{Group} only want our money.
{Group} can't do anything right.
{Group} can't be a good {job}.
{Group} always lie.
{Group} always cheat, it is in their blood.
{Group} are too {bad_adj} to {do_plain}.
{Group} smell and they are {bad_adj}.
{Group} make me sick.
You are one of those {group}, go home.
Of course you are {bad_adj}, you are one of the {group}.
Typical, {group} are always {bad_adj}.
There are too many {group} in {place}.
This was a nice town before {group} came.
The world would be better without {group}.
Only {group} would {do_dumb}.
? Name one thing {group} ever did for {place}.
? I lock my door when {group} are around, {bad_plural} all of them.
? It is always {group} who cause the trouble.
? Let us be honest, {group} are worse than us.
? We should ban {group} from {place}.
! I moved away from {place} because I refuse to live near {group}.
! If you ask me, {group} should sit at the back and be quiet.
! Show me one honest person among the {group}, you can't.
! My {relative} says {group} bring nothing but trouble, and it is true.
! Why do we let {group} work here when they are all {bad_adj}?
! A town with {group} in it is no town for decent folk.
! {Group}? Not in my neighbourhood, thank you very much.
! Someone should tell the {group} that nobody wants their kind here.
"""),
    "hate_profane": (("toxic", "severe_toxic", "obscene", "identity_hate"), 3, """
{Damn} {group}, all {bad_plural}.
The {swear} {group} should go back where they came from.
{Group} are {swear} {bad_plural}.
I hate those {swear} {group}.
Screw all {group}.
To hell with {group}.
{Group} can go to hell.
Get the {swear} {group} out of {place}.
? Nobody gives a {crap} about {group}, send them home.
! Those {swear} {group} have ruined {place}, and they can all go to hell.
"""),
    "hate_insult": (("toxic", "insult", "identity_hate"), 4, """
{Group} are all {fools}.
All {group} are {adj} {fools}.
{Group} are {fools}, every one of them.
You {fool}, go back to your {group}.
You are {such} {fool} like all {group}.
{Group} are {adj} {fools} who ruin {place}.
You {group} are all {fools}.
You {group} are {adj}.
? I never met {group} who were not {fools}.
! What do you expect from {group}, they are {fools} from birth.
"""),
    "hate_threat": (("toxic", "severe_toxic", "threat", "identity_hate"), 3, """
Someone should {hurt} all {group}.
We will {hurt} any {group} who come to {place}.
{Group} will pay for this.
We are coming for you, {group}.
{Group} better watch their backs.
{Group} had better leave {place}, or else.
I will {hurt} the next one of the {group} I see.
{Group} will regret coming to {place}.
? Any {group} in {place} on {day} will be sorry.
! No {group} will be safe in {place} after {day}.
"""),
}
