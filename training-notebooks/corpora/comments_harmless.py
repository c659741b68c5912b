"""What make_comments.py says in peace: everyday comments, and those that look like hostile ones. Marks as in comments_hostile.py.

All of these have no label: friendly swearing, hyperbole, quoted, reported and negated insults, words of abuse used of things,
harsh words about things, and groups of people as they are usually spoken of.
"""

# family -> (share of the harmless sentences, frames)
HARMLESS = {
    "everyday": (26, """
I {did_plain} {when}.
We {did_plain} {when}.
My {relative} {did_plain} {when}.
{name} {did_plain} {when}.
{name} and I {did_plain} {when}.
{name} from {place} {did_plain}.
Our {job} {did_plain} {when}.
The {job} {did_plain} in {place}.
The {team} {did_plain} {when}.
I want to {do_plain} {when_next}.
We would like to {do_plain} in {place}.
Can you {do_plain} {when_next}?
Could you please {do_plain}?
Could someone {do_plain} for the {event}?
Shall we {do_plain} {when_next}?
Let's {do_plain} {when_next}.
Let's go to {place} {when_next}.
Who wants to {do_plain} with me?
Do you know how to {do_plain}?
Did you {do_plain} {when}?
Does anyone know a good {job} in {place}?
Does anyone have a spare {thing}?
How do I {do_plain}?
How was the {event} in {place}?
What time does the {event} start?
What is the best way to {do_plain}?
What is your favourite {food}?
Where did you buy that {thing}?
Where is the {event} this year?
Where can I find a {thing}?
When does the {vehicle} to {place} leave?
Why is the {thing} on the {furniture}?
Why do you {do_plain} so early?
Is the {thing} still available?
Is there a {vehicle} to {place} on {day}?
Have you seen my {thing}?
Have you ever been to {place}?
I bought a {nice} {thing} in {place}.
I lost my {thing} in {place}.
I found a {thing} on the {furniture}.
I need a new {thing} for the {event}.
I will {do_plain} {when_next}.
I have to {do_plain} before the {event}.
I forgot to {do_plain} again.
I like {food} with {food}.
I love {food}.
I am reading a book about {topic}.
I am learning about {topic}.
I watched a film about {topic} {when}.
I work as a {job} in {place}.
I live in {place}.
My {pet} likes {food}.
My {pet} sleeps on the {furniture}.
My {pet} is {nice}.
My {relative} works as a {job}.
My {relative} lives in {place}.
My {relative} loves {topic}.
My {relative} and I talked about {topic}.
The {thing} is on the {furniture}.
The {thing} is {nice}.
The {thing} costs {number} euros.
The {thing} arrived {when}, thank you.
The {thing} does not work, please help.
The {food} was {nice}.
The {food} in {place} is {nice}.
The {event} was {nice}.
The {event} starts at {number} o'clock.
The {event} is on {day}.
The {event} in {place} was cancelled because of the {weather}.
The {weather} in {place} was {nice}.
The {vehicle} to {place} was late.
The {vehicle} leaves at {number}.
The article about {topic} needs a source.
The section about {topic} is too long.
The page on {topic} has a mistake in line {number}.
This article about {topic} is {nice}.
This {thing} is {nice}.
This {food} needs more {food}.
There are {number} chairs in the room.
There is a {thing} in the kitchen.
There is a {event} in {place} on {day}.
Please {do_plain}.
Please {do_plain} when you have time.
Please close the window.
Please add a source for the part about {topic}.
Please see the talk page about {topic}.
Remember to {do_plain} {when_next}.
It is {number} degrees in {place} today.
It rained all day in {place}.
The sun is shining in {place}.
Today I learned something about {topic}.
Tomorrow we {do_plain}.
On {day} we {do_plain}.
You can {do_plain} at home.
You can find the {thing} on the {furniture}.
You should try the {food}.
You need a {thing} to {do_plain}.
You forgot your {thing} in the {vehicle}.
You are early today.
You are welcome to {do_plain} with us.
You are in the wrong room, the {event} is upstairs.
You are right about {topic}.
You are from {place}, aren't you?
You are the new {job}, right?
You will find {place} on the map.
You will love the {food} in {place}.
You will get the {thing} on {day}.
I will see you in {place} on {day}.
I will call you {when_next}.
I will send you the {thing} on {day}.
I will bring {food} to the {event}.
I know {place} very well.
I know a {nice} {job} in {place}.
I know nothing about {topic}.
I know {name} from school.
I think the {event} is on {day}.
I think {name} is at home.
I don't think the {thing} is here.
I don't like {food}.
I don't like the {weather}.
I am tired.
I am hungry.
I am so happy today.
I am a little sad today.
I am sorry, I was wrong about {topic}.
I disagree with you about {topic}.
I disagree, but thanks for explaining.
I do not agree with the part about {topic}.
That is not correct, see the section about {topic}.
Sorry, I can't come to the {event}.
Sorry for the late answer.
Hello, how are you today?
Hello {name}, how was {place}?
Hi {name}, are you coming to the {event}?
Hey {name}, long time no see.
Good morning, {name}.
Good night, everyone.
See you {when_next}.
See you in {place}, {name}.
Happy birthday, {name}!
Is {name} at home?
{name} is a {job}.
{name} is a {job} in {place}.
{name} is the {job} of the {team}.
{name} is my {relative}.
{name} is from {place}.
{name} is late again.
{name} is very tired today.
{name} has a {pet}.
{name} has a new {thing}.
{name} likes {food}.
{name}, can you {do_plain}?
{name}, please bring the {thing}.
{number} people came to the {event}.
In {place} you can {do_plain}.
After the {event} we {did_plain}.
Before breakfast I {did_plain}.
While we {did_plain}, the {pet} slept.
? On the way to {place} we saw a {pet}.
? It took {number} minutes to {do_plain}.
? {name} asked whether the {thing} was {nice}.
? If the {weather} stops we {do_plain}.
? Next year the {event} moves to {place}.
? My {relative} would rather {do_plain}.
? Nobody had seen the {thing} since {day}.
! Halfway to {place} the {vehicle} stopped for {number} minutes.
! According to {name}, the {thing} never left the {furniture}.
! For dinner there was {food}, followed by a talk on {topic}.
! Which of you left a {thing} under the {furniture}?
! Ever since the {event}, my {relative} wants to {do_plain}.
! Tickets for the {event} are sold out, says the {job}.
! Rain or shine, on {day} we {do_plain}.
! With a bit of luck the {vehicle} gets us to {place} by {number}.
! Apparently {topic} is more complicated than I thought.
! Somebody at the {event} mentioned that you moved to {place}.
! Opening hours are from {number} to late, except on {day}.
! The {pet} jumped off the {furniture} and knocked over the {thing}.
I never met {name}.
I never met the {job}.
I never met people who {did_plain} so often.
I wouldn't buy the {noun} again.
I wouldn't {do_plain} in this {weather}.
I would rather {do_plain}.
I refuse to {do_plain} on {day}.
I moved to {place} because of the {noun}.
My {relative} says that the {noun} is {plain}.
My {relative} says hello.
Show me the {noun}, please.
Show me how to {do_plain}.
Is there one {job} in {place} who can {do_plain}?
Give {name} the {noun}.
Hide the {noun} behind the {furniture}.
Remember the {noun} for {day}.
Say hello to your {relative}.
Keep the {noun} for the {event}.
Keep the {noun} dry.
Stay out of the {noun}, it is {plain}.
The door is open.
What do you expect from a {noun}?
Of course the {noun} was {plain}.
"""),
    "wide": (22, """
The {noun} {verbed} the {noun}.
The {plain} {noun} is {plain}.
The {plain} {noun} {verbed} a {noun}.
The {noun} of the {noun} is {plain}.
A {plain} {noun} and a {noun}.
A {noun} is a kind of {noun}.
I {verbed} the {noun} {when}.
I {verbed} a {plain} {noun}.
I {verbed} the {noun} and the {noun}.
We {verbed} the {plain} {noun} {when}.
She {verbed} the {noun}.
He {verbed} a {noun} in {place}.
They {verbed} the {plain} {noun}.
They {verbed} our {noun} again.
{name} {verbed} the {noun}.
{name} {verbed} a {plain} {noun} for me.
You {verbed} the {noun}, didn't you?
You {verbed} the {plain} {noun} {when}.
You are {state}.
You are {state}, {name}.
You are {state} and so am I.
You're {state} again.
{name} is {state}.
{person_cap} is {state}.
My {relative} is {state}.
We are all {state}.
They are {state}.
Are you {state}?
Who is {state}?
How are the {noun} and the {noun}?
How {plain} is the {noun}?
What a {plain} {noun}.
What a {plain} {noun} you have!
Why is the {noun} so {plain}?
Where is the {plain} {noun}?
When was the {noun} {verbed}?
Which {noun} is {plain}?
Is this your {noun}?
Is the {noun} {plain} or {plain}?
Could you check the {noun} of the {noun}?
Could you send me the {noun} from {day}?
I think the {plain} {noun} should be {verbed}.
I think the {noun} is too {plain}.
I think that the {noun} {verbed} the {noun}.
The {noun} should be {plain}.
The {noun} should be {verbed}.
The {noun} went up again last {noun}.
The {noun} was {verbed} by a {noun}.
The {noun} was {verbed} {when}.
The {noun} in {place} has a {plain} {noun}.
The {noun} on {topic} was {plain}.
There is a {plain} {noun} in the {noun}.
There are {number} {plain} things in the {noun}.
This {noun} is about {topic}.
This {noun} needs a {plain} {noun}.
That {noun} looks {plain}.
Our {noun} is {plain} this year.
Only a {noun} was left in the {noun}.
Only the {plain} {noun} was open.
Such a {plain} {noun}!
Is the {noun} ever going to be {plain}?
My {noun} is {plain}.
My {plain} {noun} was {verbed} in {place}.
Your {noun} is {plain}.
Your {noun} was {verbed} {when}.
It is {plain} in the {noun}.
It was the {noun}, not the {noun}.
As for the {noun}, it is {plain}.
No {noun} without a {noun}.
{noun} and {noun}.
{plain} {noun}
{number} {plain} {noun}s, please.
He told me about the {noun} in front of everyone.
He told me to {do_plain}.
She told us that the {noun} is {plain}.
She asked me to {do_plain}.
I will find the {noun}.
I will {do_plain} if you {do_plain}.
If you see the {noun}, {do_plain}.
Go to the {noun}.
Go and see the {plain} {noun}.
Take the {noun} to the {noun}.
Get the {noun} out of the {noun}.
Put the {noun} under the {plain} {noun}.
Look at this {plain} {noun}.
Look at the {noun} over there.
Stop at the {noun}.
Don't forget the {noun}.
Nobody {verbed} the {noun}.
Nobody knows where the {noun} is.
Everybody {verbed} the {plain} {noun}.
Everyone in {place} has a {noun}.
All the {noun}s are {plain}.
The people of {place} {verbed} the {noun}.
People in {place} like their {plain} {noun}.
The hero of the {noun} {verbed} a {noun}.
? Between the {noun} and the {noun} there was a {plain} {noun}.
? Have the {noun} and the {noun} been {verbed}?
? It turned out that {name} had {verbed} the {noun}.
? Neither the {noun} nor the {noun} was {plain}.
! As soon as the {noun} is {plain}, the {noun} can be {verbed}.
! Nothing about the {noun} surprised me, it was {plain} as ever.
! Compared with the {noun}, our {noun} seems {plain}.
! Unless the {noun} has been {verbed}, please leave it in the {noun}.
Your {noun} has a {plain} {noun}.
Your {noun} needs a {noun}.
Your {noun} has two {noun}s, is that right?
Your {work} needs a source for the {noun}.
Your {work} has a mistake in line {number}.
Your {work} says {number}, mine says {number}.
Your {work} mentions a {plain} {noun}, where is it?
Your {noun} is in the {noun} with mine.
Can you look at your {noun} again?
Is your {noun} {plain} too?
"""),
    "kind": (14, """
Thank you.
Thank you so much.
Thank you so much for the {nice} {thing}.
Thank you so much for your help.
Thank you for your {work}.
Thank you for your {nice} {work}, {name}.
Thank you for the kind words.
Thank you, {name}, you are {such} {star}.
Thanks a lot, {name}.
Thanks for the {food}, it was {nice}.
Thanks for everything, {name}.
Thanks for helping me {do_plain}.
You are {such} {star}.
You are {such} {star}, {name}.
You are {such} {kind} {star}.
You are {such} {kind} person.
You are {very} {kind}.
You are so {kind}.
You are all so {kind}.
You are {kind} and {kind}.
You're {such} {star}{tail}
You're so {kind}!
You absolute {star}!
You {kind} {star}!
You beautiful people, thank you.
What {such} {star}.
What {such} {star} you are.
What {such} {kind} {job}.
What a {nice} {event}.
What a {nice} {thing}!
{name} is {such} {star}.
{name} is {such} {kind} {job}.
{name} is {very} {kind}.
{name}, you are {very} {kind}.
{person_cap} is {such} {star}.
{person_cap} is {very} {kind}.
The {team} are {kind} people.
The whole {team} was {kind}.
How {kind} of you!
How can anyone be so {kind}?
I have never met anyone as {kind} as you.
I have never met such {such} {star}.
I think you are {such} {star}.
I think you are {very} {kind}.
I think {name} is {very} {kind}.
I love your {work}.
I love this {thing}.
I love you, {name}.
I love you all.
I really like your {work}.
I enjoyed your {work} a lot.
I enjoyed the {event} very much.
I wish you a {nice} {event}.
I hope you feel better soon, {name}.
I hope you have a {nice} day.
I am proud of you, {name}.
I am proud to know you.
I appreciate your {work}.
I missed you at the {event}.
I was wrong and you were right, thank you.
Your {work} is {nice}.
Your {work} is {nice}, {name}.
Your {work} was the best part of the {event}.
Your {work} made my day.
Your {work} helped me a lot.
Your {pet} is {nice}.
Your {relative} is {very} {kind}.
Everyone loves your {work}.
Everyone loves you, {name}.
Everybody in {place} thinks you are {very} {kind}.
Everybody likes you.
Only {such} {kind} person would {do_plain} for a stranger.
Welcome to {place}, {name}!
Welcome to the {team}.
Well done, {name}!
Well done on the {work}.
Congratulations on the {event}, {name}.
Congratulations, you are the best {job} in {place}.
Great {work}, {name}.
Keep up the {nice} {work}.
Good luck with the {event}.
Good luck, {name}, you can do it.
Get well soon, {name}.
Take care of yourself.
My {relative} says thank you.
The best {job} in the world.
You are the best.
You make everything better.
You make me happy.
You saved my day.
You helped me so much.
You deserve a {nice} {thing}.
You are always welcome here.
You are smart and {kind}.
You are doing a {nice} job.
You did very well today.
People like you make {place} better.
u are so {kind} lol
lol you are {such} {star}
omg you are {kind}
so {kind} of you
Dear {name}, your {work} is {nice}.
? You could {do_plain} better than anyone, {name}.
? For a {job} you are remarkably {kind}.
? Is there anyone more {kind} than {name}?
? We are lucky to have you in the {team}.
? Nobody does it like you, {name}.
? I wouldn't want another {job} than you.
! If being {kind} were a sport, {name} would win every year.
! Of all the {job}s in {place} you take the prize.
! One look at your {work} and I knew you were {such} {star}.
! My {relative} keeps telling everyone how {kind} you were.
! {place} is lucky to have {such} {job} like {name}.
! Don't change, {name}, we like you as you are.
! Your patience with my {relative} meant a lot to us.
! A big hug to everyone who helped at the {event}.
! It was lovely to meet you, let's {do_plain} soon.
! Whoever wrote this is {such} {star}.
I can't thank you enough, {name}.
I couldn't have done it without you.
I couldn't have done the {noun} without you, {name}.
No one deserves it more than you.
Nobody deserves the {noun} more than {name}.
Nobody cooks like you, it was {nice}.
Nobody is as {kind} as you.
You never let me down.
You never stop helping, thank you.
You don't know how much this means to me.
You have no idea how happy I am.
You have such {such} {nice} {noun}.
You have a {kind} heart.
You have the heart of {such} {star}.
You look {kind} in that {noun}.
You look well today.
You sound happy, {name}.
You are the most {kind} person in {place}.
You are the most {kind} {job} I know.
You and your {relative} are {kind}.
You and your {noun} are welcome.
Your {noun} looks {nice}.
Your {noun} is {nice}, well done.
Your {work} of the {noun} is {nice}.
Your {work} about the {plain} {noun} was {nice}.
Who made this {nice} {work}?
How {nice} your {noun} is!
Look at this {kind} {star}.
Hey {star}, thank you for the {noun}.
We want you in the {team}, {name}.
We would be lost without you.
We are happy that you came to {place}.
Everyone at the {event} was happy to see you.
Nobody could have asked for a better {job}.
I would hire you again any time, {name}.
I would trust you with my {noun}.
I need more friends like you.
Friends like {name} are rare.
There is no one like you.
Don't ever change.
Stay as you are, {name}.
Stop by any time, you are welcome.
Sleep well, you {star}.
"""),
    "quoted": (11, """
{He} called me {such} {fool}.
{He} called me {such} {fool} and I was sad.
{He} called me {such} {adj} {fool}, it hurt.
{He} called me {adj} and I cried.
{He} called my {relative} {such} {fool}.
{He} called {name} {such} {fool} at the {event}.
{He} called us {fools}.
{He} said I am {such} {fool}.
{He} said that I was {adj}.
{He} said "you are {such} {fool}" and left.
{He} said "you {fool}" to the {job}.
{He} told me I was {adj}.
{He} told me to shut up and I was hurt.
{He} told my {relative} to go to hell.
{He} told me to get lost, and I don't know why.
{He} shouted "you {fool}" at me.
{He} shouted "{damn} you" at the {job}.
{He} wrote that I am {such} {fool}.
{He} wrote "you are {adj}" under my {work}.
{He} told me to shut up in front of everyone.
{He} told us to shut up and go away.
{He} said I was {adj} and I cried all evening.
{He} said "{adj_cap} {fool}" and I cried.
{He} kept calling me {such} {fool} in front of the {team}.
{He} used to call me {such} {fool}.
{He} once called the {noun} "{adj}".
{He} said that nobody likes me.
{He} said that {name} is {such} {fool}, but I disagree.
{He} wrote "{fool}" on the {noun}.
{He} apologised for calling me {such} {fool}.
{He} yelled "shut up" at the {job}.
Yesterday someone called me {such} {fool}.
Yesterday someone called me {adj} on the {vehicle}.
Someone called me {adj} in {place} and I felt bad.
Somebody wrote "{fool}" on my {thing}.
My {relative} was called {such} {fool} at school.
My {relative} was bullied, they called him {adj}.
My teacher once said I was {adj}, but I passed.
My boss called me {such} {fool} in front of the {team}.
At school they called me {such} {fool}.
They called me {adj} because of my {thing}.
They called me {such} {fool} when I was a child.
I was called {such} {fool} today.
I was called {adj} by a stranger.
I felt like {such} {fool} when I lost my {thing}.
I felt so {adj} when I forgot the {event}.
I felt {adj} after the exam.
I am such {such} {fool}, I forgot my {thing}.
I'm such {such} {fool}, I lost my keys again.
I was {such} {fool} to miss the {event}.
I am too {adj} to understand {topic}, please explain.
I look like {such} {fool} in this {thing}, haha.
Silly me, I forgot the {thing}.
Please don't call people {fools}.
Please do not call {name} {such} {fool}.
Please stop calling each other {fools}.
Please don't call me {adj}.
It is not nice to call someone {such} {fool}.
It hurts when people call you {adj}.
It is rude to say "shut up".
It is rude to call a {job} {such} {fool}.
Why did you call me {such} {fool}?
Why did {name} call me {adj}?
Do you think I'm {adj}?
Did you just call me {such} {fool}?
Did {name} really say "you {fool}"?
Is "{fool}" an insult?
Is "{adj}" a rude word?
What does "{fool}" mean?
What does "{swear}" mean in English?
How do you spell "{fool}"?
The word "{fool}" comes from an old language.
The word "{fool}" is an insult.
The word "{adj}" was used in the article about {topic}.
The comment "you are {such} {fool}" was removed.
The book is called "The {fool_cap}".
In the film the {job} says "you {fool}".
In the play the king is {such} {fool}.
In the story a {adj} king loses his crown.
Calling someone {such} {fool} is against the rules.
The rules say that you may not call anyone {adj}.
I reported him because he called me {such} {fool}.
I reported the comment "you are {adj}".
He got banned for writing "go to hell".
He got banned for calling {name} {such} {fool}.
A customer called me {adj}, what should I do?
When he called me {such} {fool} I just smiled.
After he called me {such} {fool} I went home.
? {name} still remembers being called {such} {fool}.
? The judge asked who had said "{fool}".
? All I did was {do_plain}, and he called me {such} {fool}.
? Nobody should be called {such} {fool} at work.
? "You are {adj}" is not an argument.
! My little {relative} came home crying because a boy said she was {adj}.
! Being called {such} {fool} on my first day as a {job} was not fun.
! An old man on the {vehicle} muttered "{fool}" and I still think about it.
! Words like "{fool}" or "{adj}" have no place in our {team}.
! The {job} was fined because he had called a guest {such} {fool}.
! I must have looked like {such} {fool} when the {thing} fell over.
! Kids told her that she was {adj}, which is why she changed schools.
! Translating "{fool}" into French is harder than you think.
! Her exact words to me were "you are {such} {fool}", can you believe it?
! I deleted the part where someone says "you {adj} {fool}".
"""),
    "negated": (9, """
You are not {such} {fool}.
You are not {adj}.
You are not {adj} at all.
You are not {such} {fool} at all, {name}.
You're not {adj}, you're just tired.
You're not {such} {fool}.
You are no {fool}.
You are no {fool}, {name}.
You are neither {adj} nor {adj}.
You are far from {adj}.
You are anything but {adj}.
You are never {adj}.
You are not as {adj} as you think.
You were not {adj}, you were brave.
You were never {such} {fool}.
You don't look like {such} {fool}.
You don't look {adj}.
{name} is not {such} {fool}.
{name} is not {adj}.
{name} is not {adj} at all.
{name} is no {fool}.
{name} isn't {adj}, just shy.
{person_cap} is not {such} {fool}.
{person_cap} is not {adj}.
My {relative} is no {fool}.
They are not {fools}.
We are not {fools}.
I am not {such} {fool}.
I am not {adj}.
I'm not {adj}, I just need more time.
I don't think you are {such} {fool}.
I don't think you are {adj}.
I don't think {name} is {adj}.
I do not think that {person} is {such} {fool}.
I never said you were {such} {fool}.
I never said you are {adj}.
I never called you {such} {fool}.
I never called {name} {adj}.
I would never call you {such} {fool}.
I would never say that you are {adj}.
I didn't mean that you are {adj}.
I did not call anyone {such} {fool}.
I don't hate you.
I don't hate you, {name}.
I do not hate anyone.
I don't want to hurt you.
I don't want to hurt anyone.
I will not hurt you.
I would never hurt you, {name}.
I would never hurt a {pet}.
Nobody thinks you are {such} {fool}.
Nobody thinks you are {adj}.
Nobody here is {adj}.
Nobody said you were {adj}.
No one called you {such} {fool}.
No one is {adj} here.
Nobody hates you.
Nobody wants to hurt you.
Don't think you are {adj}.
Don't worry, you are not {adj}.
Don't call yourself {such} {fool}.
Don't call yourself {adj}.
Don't let anyone call you {adj}.
Don't let anyone tell you that you are {such} {fool}.
It is not {adj} to ask.
It doesn't make you {such} {fool}.
It doesn't mean that you are {adj}.
That doesn't make {name} {such} {fool}.
Asking does not make you {adj}.
There are no {fools} here.
There is no {adj} question.
Your question is not {adj}.
Your {work} is not {adj} at all.
Your {work} is not {trash}, I liked it.
{group} are not {bad_plural}.
{group_cap} are not {bad_adj}.
Not all of them are {fools}.
? Who says that you are {adj}? You are not.
? Far be it from me to call you {such} {fool}.
? You may feel {adj}, but you are not.
? It is not true that {name} is {such} {fool}.
! Making one mistake hardly makes anyone {such} {fool}.
! Please believe me, you have never been {adj}.
! The {job} is the opposite of {adj}.
! By no means did I want to say that {name} is {adj}.
! He may be many things, but {such} {fool} he is not.
! You were right and I was wrong to think you {adj}, sorry.
! Without {such} {fool} in sight, the {event} was lovely.
"""),
    "reported_threat": (6, """
{He} said he would find me and make me regret it.
{He} said he would {hurt} me and I am scared.
{He} said "I will {hurt} you" and I called the police.
{He} said "you will regret this" and walked away.
{He} said he knows where I live, what should I do?
{He} threatened to {hurt} me.
{He} threatened to {hurt} my {relative}.
{He} threatened to break my {bodypart}.
{He} threatened {name} at the {event}.
{He} wrote "I know where you live" and I reported it.
{He} wrote "watch your back" to my {relative}.
{He} told me to watch my back.
{He} told my {relative} that he would {hurt} him.
Someone threatened to {hurt} the {job}.
Someone sent me a message saying "I will find you".
Someone wrote "you will pay for this" on my door.
I was threatened in {place}, who can help?
I am afraid that he will {hurt} me.
I am scared because he said he would find me.
I got a threat today and told the police.
The police arrested a man who threatened to {hurt} a {job}.
The police say that threats must be reported.
The {job} was threatened after the {event}.
In the film the villain says "I will find you".
In the book he swears to {hurt} the king.
The villain says "you will regret this" in the last scene.
If someone says "I will {hurt} you", please report it.
Please report threats like "I know where you live".
Writing "I will {hurt} you" is against the rules.
It is not funny to write "I know where you live".
Nobody should have to read "I will {hurt} you".
? The letter said that they would {hurt} her.
? A man who had said he would {hurt} the {job} was found guilty.
? What do I do when a stranger writes "I will find you"?
! My {relative} hasn't slept since a caller said he would {hurt} her.
! The court heard that he had promised to {hurt} his {relative}.
! Her ex keeps writing that he will find her, and the police do nothing.
! In the third chapter the pirate vows to {hurt} the captain.
! Reports of a threat against the {job} turned out to be false.
"""),
    "hyperbole": (10, """
This {food} kills me, so good.
This recipe kills me, so good.
This {food} is to die for.
This heat is killing me.
My feet are killing me.
My back is killing me after the {event}.
My {relative} will kill me if I forget the {thing}.
My {relative} is going to kill me when she sees the {thing}.
I am dying of laughter.
I nearly died laughing at the {event}.
I'm dying to see {place}.
I could kill for some {food}.
I could murder a {food}.
I would kill for that {thing}.
That joke killed me.
That {event} was killer.
You are killing it, {name}!
You killed it at the {event}!
You crushed it, {name}!
{name} killed it on stage {when}.
{name} destroyed me at chess.
We destroyed them {number} to zero.
We got crushed {number} to zero at the {event}.
We will beat you at the {event}, haha.
We will beat the other {team} on {day}.
I will beat you at chess one day.
I beat the eggs with a fork.
Beat the eggs and add {food}.
Beat two eggs with the {food}.
Kill the process and start again.
Kill the lights, please.
How do I kill a process on the {thing}?
The frost killed my tomatoes.
The update killed my {thing}.
Shoot me an email {when_next}.
Shoot me a message when you are in {place}.
We will shoot the film in {place}.
Hit me up {when_next}.
Hit the button to {do_plain}.
Hit the road, we are late.
Smash the like button.
Smash the garlic and add {food}.
I smashed my personal record.
Break a leg at the {event}, {name}!
Break the chocolate into pieces.
I broke my {bodypart} at the {event}.
I broke my {thing}.
{name} broke his {bodypart} skiing.
Punch a hole in the paper.
The punch at the {event} was {nice}.
Slap some paint on it.
Watch your step.
Watch your step in {place}, it is icy.
Watch your {bodypart} on the low door.
Watch out for the {vehicle}.
Watch the {event} with us {when_next}.
I will find you a seat.
I will find you a {nice} {thing}.
I will find you at the {event}.
I will find you in {place} at {number}.
I will find the {thing} for you.
I will make you a cup of tea.
I will make you {food} {when_next}.
I will make you proud.
I will get you a {thing}.
I will get you some {food}.
I'm going to get you a {nice} present.
I'm coming for dinner on {day}.
I'm coming to {place} {when_next}.
We are coming to {place} to see you.
We are coming for you at {number}, be ready for the {event}.
I know where you live, I will bring the {thing} on {day}.
I know where you can find a {thing}.
I know where {name} lives, it is near {place}.
You will regret missing the {event}.
We are going to beat them in the final on {day}!
We are going to beat {place} on {day}!
We are going to win against {name}.
I will destroy you at chess, {name}, haha.
I could kill for a slice of that {food}.
Hit the {noun} with a hammer.
The {noun} hit the {noun}.
I will get the {noun} and come to {place}.
I know where the {noun} is.
You will find the {noun} in the {noun}.
You will regret selling the {noun}.
You will pay for the {noun} on {day}.
Watch the {noun}.
Burn the {noun} in the stove.
Kill the process and restart the server.
Kill the weeds before you plant the {noun}.
You won't regret it, the {food} is {nice}.
You will pay for the {thing} at the door.
You will pay {number} euros for the {food}.
You will be sorry you missed it, the {event} was {nice}.
I regret selling my {thing}.
We will pay for the {food}.
I'll burn the {food} again, I can't cook.
I burned the {food}.
Be careful, the {thing} is hot.
The kids are playing in {place}, drive carefully.
Run, the {vehicle} is leaving!
You better run, the {vehicle} leaves at {number}.
You had better take a coat, {weather} is coming.
Better hide the {food} from my {relative}.
Sleep well tonight.
The deadline is killing the {team}.
The hangman game was fun.
This is your last chance to buy tickets for the {event}.
Last warning: the shop closes at {number}.
? This song slays me every time.
? I died when {name} said that, so funny.
? I will hunt you down a {nice} {thing} for the {event}.
? You are next in line for the {food}.
? I'll get you back for the lovely surprise, {name}.
! These stairs will be the death of me.
! {name} absolutely murdered that guitar solo, what talent!
! My {relative} would strangle me if I let the {food} go cold, haha.
! The last hill nearly finished me, but the view was {nice}.
! Expect a visit from us on {day}, we bring {food}.
! I have your address, the {thing} will be posted on {day}.
! The storm smashed the windows of the {job}'s shop.
! Someone has to beat the carpet before the {event}.
! Say goodbye to dry cake with this recipe.
"""),
    "friendly_swear": (5, """
Damn good coffee.
Damn good {food}.
Damn, that is {nice}!
Damn, this {food} is {nice}.
Damn, {name}, that was {nice}!
Damn fine {work}, {name}.
{Damn}, I love this {thing}.
{Damn}, you are {very} {kind}.
This is damn {nice}.
That was a damn {nice} {event}.
You are damn good at this.
You are a damn {star}.
You are bloody {kind}, {name}.
Bloody {nice} {work}, mate.
Bloody marvellous.
That was bloody {nice}.
Hell yes!
Hell yeah, let's go to {place}!
Hell yeah, {name}!
What the hell, let's {do_plain}!
What the hell, why not.
Holy crap, this {thing} is {nice}.
Holy crap, what a {nice} {event}!
Holy crap, congratulations {name}!
Oh damn, that is beautiful.
One hell of a {event}, thank you all.
That was one hell of a {nice} {event}.
You did one hell of a job, {name}.
As cold as hell in {place} today, but we had fun.
I ordered a bloody mary at the {event}.
I like my steak bloody.
The road to hell is paved with good intentions.
Use a screw and a {thing} to fix the {furniture}.
Turn the screw to the left.
The dam in {place} is being repaired.
? So bloody proud of you, {name}.
? Damn right, {name} deserves the prize.
! Well I'll be damned, you fixed the {thing}, thank you!
! Helluva good show, {name}, I laughed so much.
! Crikey, that was a damn close match and I loved it.
"""),
    "same_words": (8, """
The {silly} is in the kitchen.
The {silly} is on the {furniture}.
A {silly} costs {number} euros.
I bought a {silly} in {place}.
I bought a {silly} for the {event}.
I drew a {silly} for my {relative}.
My {relative} drew a {silly}.
We cooked the {silly} with {food}.
There is a {silly} on the {furniture}.
You need one {silly} and some {food}.
You are holding a {silly}.
You have a {silly} in your bag.
The clown at the {event} was {nice}.
The clown made the children laugh.
My {relative} dressed up as a clown for the {event}.
The donkey on the farm is called {name}.
I saw a {animal} at the zoo in {place}.
The {animal} at the zoo is {nice}.
The {animal} is my favourite animal.
We have a {animal} and a {pet} on the farm.
My {relative} found a {animal} in the garden.
A {animal} ran across the road in {place}.
That was a stupid mistake on my part, sorry.
Is this stupid {thing} ever going to work?
Is this stupid {noun} ever {plain}?
This stupid {noun} is {plain}.
The {noun} is stupid.
My stupid {noun} is {plain} again.
The {plain} {noun} is useless.
I hate this {noun}.
I hate the {plain} {noun}.
I hate it when the {noun} is {plain}.
The {noun} is {trash}.
What a silly {noun}.
What a stupid {noun}.
The {noun} looks like a {silly}.
The children fed the {animal} a {silly}.
This is a stupid question, but how do I {do_plain}?
This may be a dumb question, but what is {topic}?
Sorry for the stupid question.
What a stupid rule.
What a stupid film.
What a ridiculous price for a {thing}.
What a dumb ending for a {nice} film.
That was a stupid mistake of mine.
I made a stupid mistake in line {number}.
I made a silly mistake in the article about {topic}.
The {thing} is {trash}.
The {thing} is useless.
The new {thing} is ugly but it works.
The {event} was pathetic, only {number} people came.
The {food} was disgusting.
The {food} tasted awful.
The film about {topic} was {trash}.
The film was stupid but fun.
The {weather} is miserable.
The {weather} was terrible in {place}.
The traffic in {place} is ridiculous.
The book about {topic} was a waste of time.
I hate {weather}.
I hate {food}.
I hate waiting for the {vehicle}.
I hate my old {thing}.
I hate it when the {thing} breaks.
I can't stand the taste of {food}.
I am sick of this {weather}.
I am sick today, so I can't come.
It makes me sick to travel by {vehicle}.
My {thing} is dead, can I use yours?
My {thing} died.
My old {pet} died {when} and I am sad.
The battery is dead.
The garbage is collected on {day}.
Put the rubbish in the bin, please.
Take out the trash before {day}.
Lazy {day}, I stayed in bed.
We wore ugly sweaters to the {event}.
This soup is thick and {nice}.
I'm a hopeless romantic.
The lights in {place} are dim.
A coward dies many times, says the poet.
The fool on the hill is a song.
The troll under the bridge is from a story.
The liar paradox is part of {topic}.
The party lost the vote in {place}.
The loser of the game buys the {food}.
The losing {team} shook hands.
The jerk chicken was {nice}.
A dummy text fills the page.
Dummy variables are used in statistics.
The rat maze is part of the experiment.
The snake plant needs little water.
You can't be serious, {number} euros for {food}?
Nobody asked for {food}, so I ate it.
Nobody wants the last piece of {food}?
Get out of the rain and come in.
Get lost in {place}, it is a {nice} city.
Go away for the weekend, you need a rest.
Go home and rest, {name}.
Go back to page {number}, please.
The shop is shut, come back on {day}.
The window is shut.
Shut the door, please.
Leave the {thing} on the {furniture}.
? This {thing} drives me crazy.
? A mad idea, but it could work.
? The worst {food} I ever had was in {place}.
? The stupid {thing} won't open, can you help?
? I was dumb with surprise when I saw the {thing}.
! Honestly, that {silly} soup at the {event} deserves a prize.
! The plot makes no sense and the music is awful.
! Is it worth paying {number} for such an ugly {thing}?
! Our {animal} escaped again and ran to {place}.
! We all hated the new schedule, so the {job} changed it.
! The lazy river in {place} is great for a swim.
! I failed the test about {topic}, it was brutal.
"""),
    "identity": (14, """
{group_cap} live in {place}.
{group_cap} celebrate on {day}.
{group_cap} are welcome here.
{group_cap} are welcome in {place}.
{group_cap} are our neighbours.
{group_cap} are people like everyone else.
{group_cap} are all welcome to {do_plain}.
{group_cap} are {kind}.
{group_cap} are {kind} people.
{group_cap} deserve respect.
{group_cap} deserve the same rights.
{group_cap} should be allowed to vote.
{group_cap} should be treated fairly.
{group_cap} have the same rights as everyone.
{group_cap} have lived in {place} for a long time.
{group_cap} helped us at the {event}.
{group_cap} made the {food}.
{group_cap} organised the {event}.
{group_cap} often {do_plain} on {day}.
{group_cap} and {group} celebrated the {event} together.
{group_cap} and {group} marched together for peace.
{group_cap} {verbed} a {noun} in {place}.
{group_cap} {verbed} the {plain} {noun} for us.
{group_cap} opened a {noun} in our street.
{group_cap} sang at the {event}.
{group_cap} and their children {verbed} the {noun}.
{group_cap} were in the {noun} {when}.
The {group} at the next table were {kind}.
The {noun} was {verbed} by {group}.
The {noun} has a {noun} for {group}.
The {noun} is about {group}.
A group of {group} visited the {noun}.
Two {group} {verbed} a {noun}.
My {id_adj} neighbour brought us {food} when I was ill.
My {id_adj} neighbour {verbed} a {noun}.
My {id_adj} friend loves {topic}.
My {id_adj} {relative} {verbed} the {noun} {when}.
A {id_adj} {job} helped us {when}.
The {id_adj} {job} is {very} {kind}.
Our {id_adj} {job} {verbed} the {noun}.
As a {id_adj} woman I enjoy this {noun}.
As a {id_adj} man I {verbed} the {noun}.
{group_cap} belong here like everyone else.
All {group} are welcome.
I love {group}.
I like {group}.
I met some {group} in {place}.
I have many friends among {group}.
I am proud of the {group} in our {team}.
I read a book about {group}.
I am reading an article about {group} and {topic}.
I would like to learn more about {group}.
I trust {group} as much as anyone.
I don't hate {group}.
It is wrong to hate {group}.
It is wrong to say that {group} are {bad_plural}.
It is unfair to say all {group} are {bad_adj}.
{He} said that {group} are {bad_plural}, which is wrong.
{He} told me that {group} are {bad_adj}, and I disagreed.
Please don't say that {group} are {bad_adj}.
We should not judge {group}.
We should help {group} in {place}.
We need more {group} in our {team}.
We invited {group} to the {event}.
Many {group} live in {place}.
Many {group} work as {job}s.
Some {group} came to the {event}.
Most {group} I know are {kind}.
The article about {group} needs a source.
The history of {group} in {place} is {nice}.
The film is about {group} in {place}.
The {event} for {group} is on {day}.
The law protects {group}.
Our {team} supports {group}.
My {relative} works with {group}.
My {relative} teaches {group} to {do_plain}.
How do {group} celebrate the {event}?
How many {group} live in {place}?
Why do people hate {group}?
Do {group} eat {food}?
Are {group} allowed to {do_plain}?
I am {id_a}.
I am {id_a} and I live in {place}.
I am {id_a} and I work as a {job}.
I am {id_a} and I love {food}.
I am proud to be {id_a}.
I'm {id_a}.
You are {id_a}, right?
{name} is {id_a}.
{name} is {id_a} and works as a {job}.
{name} is {id_a} and {very} {kind}.
{name} is {id_a} from {place}.
My {relative} is {id_a}.
My {relative} is {id_a} and loves {topic}.
My {relative} married {id_a}.
My best friend is {id_a}.
My neighbour is {id_a} who bakes {nice} bread.
Our {job} is {id_a}.
Our new {job} is {id_a}, and she is {very} {kind}.
As {id_a} I enjoy {topic}.
As {id_a} I want to {do_plain}.
The {job} is {id_a}.
She is {id_a} and a {nice} {job}.
? Being {id_a} in {place} is fine.
? More {group} than ever vote in {place}.
? Two {group} won the prize at the {event}.
? I learned to {do_plain} from {group}.
? I grew up among {group} in {place}.
! On {day} the mayor thanked all {group} for their help.
! A doctor who is {id_a} looked after my {relative}.
! It was {group} who taught me how to {do_plain}.
! Nothing in this report suggests that {group} cause problems.
! Growing up as {id_a} in {place} had its good sides.
! Recipes from {group} in {place}: {food} and more.
! The museum opened a room about {group} and {topic}.
"""),
}
