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
You're the {adjest} person I know.
You are the {adjest} {job} in {place}.
You are the {adjest} of them all.
{name} is the {adjest} {fool} I know.
Nobody is as {adj} as you.
Nobody is {adjer} than you.
You are {adjer} than a {silly}.
You are {adjer} than a {noun}.
You are {adjer} than {name}, and that says something.
Only {such} {fool} would keep the {noun}.
Only {such} {fool} would park there.
Which {fool} {verbed} the {noun}?
Which {fool} wrote this?
Some {fool} {verbed} my {noun}.
Some {adj} {fool} {verbed} the {plain} {noun} again.
That {fool} {verbed} my {noun}.
This {fool} doesn't even know what a {noun} is.
The {fool} who {verbed} the {noun} is back.
You {verbed} my {noun}, you {fool}.
You are {such} {plain} {fool}.
You are about as useful as a {noun}.
You are about as clever as a {noun}.
You have the brain of a {noun}.
I am surrounded by {fools}.
I work with {fools}.
My boss is {such} {fool}.
My boss is {such} {adj} {fool}.
My {relative} is {such} {adj} {fool} and I hate him.
All {job}s are {fools}.
Politicians are {fools}.
Learn to {do_plain}, {fool}.
Learn to {do_plain}, you {adj} {fool}.
Go and {do_plain}, {fool}.
Shut up, {fool}.
Shut up, you {fool}.
Shut up, you {adj} {fool}.
Get lost, {fool}.
Get lost, you {adj} {fool}.
Go away, {fool}.
Be quiet, {fool}.
Nobody asked you, {fool}.
Nobody cares, {fool}.
Nobody cares what {such} {fool} like you thinks.
How did {such} {fool} become a {job}?
Why are you so {adj}?
Why are you such {such} {fool}?
Why is {name} so {adj}?
Why is this {job} so {adj}?
What kind of {fool} {verbed} the {noun}?
Did you fall on your head, {fool}?
You call that {nice}, {fool}?
Your {work} is {trash} because you are {adj}.
Your {work} proves that you are {such} {fool}.
{adj_cap} {fool}.
{adj_cap}, {adj} {fool}.
So {adj}.
{name}? {fool_cap}.
Yes, you are {such} {fool}.
No, {fool}, the {noun} is {plain}.
Well, {fool}, now the {noun} is {plain}.
{name} can't {do_plain}, what {such} {fool}.
There is nobody more {adj} than {name}.
You have always been {such} {fool}.
Have you met {name}? {such} {fool}.
When will you {fools} learn to {do_plain}?
It is hard to be as {adj} as {name}, but you manage.
The {noun} you {verbed} is as {adj} as you are.
That was {adj} even for {such} {fool} like you.
Not even a {silly} is this {adj}.
Not even your {relative} likes you, you {fool}.
I wouldn't trust you with a {noun}, you {fool}.
I wouldn't trust that {fool} with a {noun}.
You are {adj}, {name}, and everyone at the {event} saw it.
How can somebody be {such} {fool}?
How did you get so {adj}?
Our {job} is {such} {adj}, {adj} {fool}.
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
Shut up already.
Please shut up.
Oh shut up.
Will you shut up?
Shut up about the {noun}.
Nobody cares.
Nobody cares what you think.
Nobody cares about you.
Nobody cares about your {noun}.
No one cares what you say, {name}.
Nobody asked about your {noun}.
I hate your {noun}.
I hate the way you {do_plain}.
I hate everything you write.
Get out.
Get out of my sight.
Get away from me.
Leave and never come back.
Leave us alone.
Go away.
Go away and take your {noun} with you.
Your {noun} is {trash}, and so are you.
You are the worst.
You are the worst, {name}.
You are horrible to everyone.
You are not needed here.
You don't belong in this {team}.
You never do anything right.
You can't do anything right.
You always ruin the {event}.
You are annoying.
You annoy everyone in {place}.
You talk too much, shut it.
Everything you say is {trash}.
Everyone laughs at you.
We all laugh at you, {name}.
We don't want you here.
We don't need you, get lost.
I am sick of you.
I'm sick of your face.
I despise you.
I despise {name}.
Stop talking.
Stop writing, your {work} is {trash}.
Stop bothering us and go.
You spoil every {event}.
You were never our friend, leave.
I never want to hear from you again.
Keep your mouth shut.
Keep your {noun} to yourself and get out.
Nobody believes a word you say.
Who asked for your {noun}? Nobody.
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
Damn you and your {noun}.
Go to hell, nobody wants you here.
Go to hell, nobody asked you.
Go to hell and never come back.
Screw you and your {noun}.
Screw you and your {crappy} {noun}.
Screw you and your {crappy} website.
Nobody gives a {crap} about your {noun}.
Your {noun} is {crap}, {name}.
You talk {crap}.
You always talk {crap}.
What a load of {crap} you write.
Your {swear} {noun} is {trash}.
Take your {swear} {noun} and leave.
Learn to {swear} drive.
Learn to {do_plain}, damn you.
I hate you so {swear} much.
Who gives a {crap} what you think?
"""),
    "profane_insult": (("toxic", "obscene", "insult"), 11, """
You {swear} {fool}.
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
You {swear} {fool}, learn to {do_plain}.
You {swear} {fool}, learn to drive.
You {swear} {fool}, you {verbed} my {noun}.
Some {swear} {fool} {verbed} the {noun}.
Which {swear} {fool} {verbed} the {noun}?
You are the {adjest} {swear} {fool} I know.
You're the {adjest} piece of {crap} in {place}.
My boss is a {swear} {fool}.
That {swear} {fool} {verbed} my {noun}.
Learn to {swear} drive, {fool}.
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
The {swear} {noun} is {plain} again.
The {swear} {noun} is down again.
This {swear} {noun} is driving me mad.
My {swear} {noun} is {plain}.
My {crappy} {noun} broke.
Who {verbed} the {swear} {noun}?
Where the hell is the {noun}?
Why the hell is the {noun} {plain}?
What the hell is a {noun}?
{Damn} {noun}.
{Damn}, the {noun} is {plain}.
{Crap}, I {verbed} the {noun}.
This {noun} is {crap}.
The {plain} {noun} was {crap}.
What a {crappy} {noun}.
What a {swear} mess in the {noun}.
It is so {swear} {plain} in the {noun}.
I hate the {swear} {noun}.
Not the {swear} {noun} again.
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
I will find out where you live.
I will find you and {hurt} you.
I'll find you, {name}, and then you will be sorry.
I know where you live and I will {hurt} you.
I know your address and I will {hurt} you.
I know where you park your {thing}, be careful.
You better watch out.
You better watch out, {name}.
You better watch out tonight.
You better watch your back tonight.
You better watch your back when you {do_plain}.
You better be afraid of me.
You better start praying.
You had better leave {place} before I {hurt} you.
I am outside your {noun}, be afraid.
I am in your {noun} and I will {hurt} you.
I will {hurt} you with a {noun}.
I will {hurt} you with a {plain} {noun}.
I will throw a {noun} at your head.
I will set your {noun} on fire.
I will destroy everything you have.
I will destroy you.
I'll destroy you and your {relative}.
I will ruin your life.
I will make your life miserable.
I will get revenge.
We will find you.
We will find you and {hurt} you.
We know where you live.
We know who you are and where you live.
We will make you pay.
They will {hurt} you, and I will help them.
He deserves to be {hurted}, and I will do it.
{name} will pay for this, I will {hurt} him.
Give me the {noun} or I will {hurt} you.
Leave {place} or I will {hurt} you.
Shut up or I will {hurt} you.
Stop it or I will {hurt} you.
Do it or you will regret it.
Do as I say or you will be sorry.
Come here and I will {hurt} you.
Be careful, I could {hurt} you.
You deserve to be {hurted}, and I will do it.
I can't wait to {hurt} you.
Tonight I will {hurt} you.
Tonight I come to your house.
You will suffer.
You have {number} days, then I come for you.
Nobody will help you when I {hurt} you.
You can't hide from me.
I am on my way to {hurt} you.
I am on my way, {name}, and you will be sorry.
I will come to your house on {day} and {hurt} you.
I will come over and {hurt} you.
I have your address and I will {hurt} you.
If I ever meet you, I will {hurt} you.
When I am done with you, you will be sorry.
I promise that I will {hurt} you.
Be afraid, {name}.
Be very afraid.
Your {bodypart} will be broken soon.
Something bad will happen to you.
Something bad will happen to you in {place}.
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
{hated_cap} are all {bad_plural}.
{hated_cap} are {bad_plural}.
All {hated} are {bad_plural}.
{hated_cap} are {bad_adj}.
{hated_cap} are all {bad_adj}.
All {hated} are {bad_adj}.
Everyone knows that {hated} are {bad_adj}.
{invented_group_cap} should go back where they came from.
{invented_group_cap} should not be allowed in {place}.
{hated_cap} should not be allowed to {do_plain}.
{hated_cap} should not be allowed to vote.
{invented_group_cap} don't belong here.
{invented_group_cap} don't belong in {place}.
{invented_group_cap} do not deserve a {thing}.
{invented_group_cap} ruin everything.
{invented_group_cap} ruined {place}.
{invented_group_cap} are ruining our country.
{invented_group_cap} are not like us, keep them out.
{invented_group_cap} are beneath us.
{invented_group_cap} are the problem with {place}.
Keep {invented_group} out of {place}.
Keep {invented_group} out of our schools.
We don't want {invented_group} in {place}.
We don't need any more {invented_group} here.
No {invented_group} in my shop, please.
Never trust {hated}.
Never hire {invented_group}.
You can't trust {hated}.
I don't trust {hated}, they are {bad_plural}.
I hate {hated}.
I hate all {invented_group}.
I can't stand {hated}.
I really can't stand {hated} in {place}.
I would never let {invented_group} into my house.
I wish all {invented_group} would leave {place}.
Send all {invented_group} home.
Send the {invented_group} back.
Get rid of all {invented_group}.
{invented_group_cap} have no place in this town.
{hated_cap} only want our money.
{hated_cap} can't do anything right.
{hated_cap} can't be a good {job}.
{hated_cap} always lie.
{invented_group_cap} always cheat, it is in their blood.
{hated_cap} are too {bad_adj} to {do_plain}.
{invented_group_cap} smell and they are {bad_adj}.
{invented_group_cap} make me sick.
You are one of those {invented_group}, go home.
Of course you are {bad_adj}, you are one of the {hated}.
Typical, {hated} are always {bad_adj}.
There are too many {invented_group} in {place}.
This was a nice town before {invented_group} came.
The world would be better without {invented_group}.
Only {hated} would {do_dumb}.
? Name one thing {hated} ever did for {place}.
? I lock my door when {invented_group} are around, {bad_plural} all of them.
? It is always {hated} who cause the trouble.
? Let us be honest, {hated} are worse than us.
? We should ban {invented_group} from {place}.
! I moved away from {place} because I refuse to live near {invented_group}.
! If you ask me, {invented_group} should sit at the back and be quiet.
! Show me one honest person among the {invented_group}, you can't.
! My {relative} says {hated} bring nothing but trouble, and it is true.
! Why do we let {hated} work here when they are all {bad_adj}?
! A town with {invented_group} in it is no town for decent folk.
! {invented_group_cap}? Not in my neighbourhood, thank you very much.
! Someone should tell the {invented_group} that nobody wants their kind here.
I hate {invented_group}, send them all home.
I hate {hated}, they are {bad_adj}.
I hate {hated} because they are {bad_plural}.
{invented_group_cap} are the worst.
{invented_group_cap} are disgusting.
{invented_group_cap} are stealing our jobs.
{hated_cap} take our jobs and our houses.
{hated_cap} think they own {place}.
{invented_group_cap} {verbed} our {noun}, as they always do.
{hated_cap} should not be allowed to drive.
{hated_cap} should not be allowed to {do_plain} in {place}.
{invented_group_cap} should not have a {noun}.
{invented_group_cap} should never be a {job}.
{invented_group_cap} should stay at home.
{invented_group_cap} should leave.
{invented_group_cap} must go.
{invented_group_cap} are not welcome in {place}.
{hated_cap} cannot be trusted.
{hated_cap} can't be trusted with a {noun}.
{invented_group_cap} don't deserve rights.
{hated_cap} don't know how to {do_plain}.
{invented_group_cap} are dumber than a {noun}.
{hated_cap} are less clever than we are.
Those {hated} are {bad_plural}.
These {hated} are {bad_adj}.
The {hated} are all {bad_plural}.
All of the {hated} are {bad_plural}.
Most {hated} are {bad_plural}.
Every one of the {hated} is {bad_adj}.
Nobody likes {hated}.
Nobody wants {invented_group} in {place}.
I don't want {invented_group} near my {noun}.
I don't want to sit next to {hated}.
I refuse to work with {invented_group}.
I would fire all {invented_group}.
I wish there were no {invented_group}.
Down with {invented_group}.
Out with all {invented_group}.
Deport {invented_group}.
Deport all {invented_group}.
Our {team} is no place for {invented_group}.
Our {noun} is not for {invented_group}.
We have to stop {invented_group}.
We were better off without {invented_group}.
It is a fact that {hated} are {bad_adj}.
My {relative} was right, {hated} are {bad_plural}.
You are {bad_adj} like all {hated}.
I would never hire {hated}.
I would never eat with {invented_group}.
My {relative} hates {hated}, and so do I.
If {invented_group} come to {place}, I leave.
If you see {invented_group}, hide your {noun}.
Why are {hated} always so {bad_adj}?
Why do {invented_group} have to live here?
Who let {invented_group} into {place}?
What have {hated} ever done for us?
Let us keep {place} free of {invented_group}.
Sign here if you want {invented_group} out of {place}.
{invented_group_cap} cause all the trouble in {place}.
{invented_group_cap} are to blame for the {noun}.
Another {noun} ruined by {invented_group}.
"""),
    "hate_profane": (("toxic", "severe_toxic", "obscene", "identity_hate"), 3, """
{Damn} {invented_group}, all {bad_plural}.
The {swear} {invented_group} should go back where they came from.
{invented_group_cap} are {swear} {bad_plural}.
I hate those {swear} {invented_group}.
Screw all {invented_group}.
To hell with {invented_group}.
{invented_group_cap} can go to hell.
Get the {swear} {invented_group} out of {place}.
? Nobody gives a {crap} about {invented_group}, send them home.
! Those {swear} {invented_group} have ruined {place}, and they can all go to hell.
"""),
    "hate_insult": (("toxic", "insult", "identity_hate"), 4, """
{invented_group_cap} are all {fools}.
All {invented_group} are {adj} {fools}.
{invented_group_cap} are {fools}, every one of them.
You {fool}, go back to your {invented_group}.
You are {such} {fool} like all {invented_group}.
{invented_group_cap} are {adj} {fools} who ruin {place}.
You {invented_group} are all {fools}.
You {invented_group} are {adj}.
? I never met {invented_group} who were not {fools}.
! What do you expect from {invented_group}, they are {fools} from birth.
"""),
    "hate_threat": (("toxic", "severe_toxic", "threat", "identity_hate"), 3, """
Someone should {harm} all {invented_group}.
We will {harm} any {invented_group} who come to {place}.
{invented_group_cap} will pay for this.
We are coming for you, {invented_group}.
{invented_group_cap} better watch their backs.
{invented_group_cap} had better leave {place}, or else.
I will {harm} the next one of the {invented_group} I see.
{invented_group_cap} will regret coming to {place}.
? Any {invented_group} in {place} on {day} will be sorry.
! No {invented_group} will be safe in {place} after {day}.
"""),
}
