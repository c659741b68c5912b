// What OpenAI's own client makes of the model-server's answers: one JSON object on standard output.
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: 'none', maxRetries: 0 });
const greedy = { model: 'gpt2', prompt: 'Every traveller', temperature: 0 };

/** What a failing call is to a program that catches it. */
async function failure(call) {
  try {
    await call();
    return null;
  } catch (error) {
    const { name, status, code, param, type, message } = error;
    return { name: error.constructor.name ?? name, status, code, param, type, message, hasRequestId: error.requestID?.startsWith('req_') };
  }
}

/** All chunks of a stream, put together by choice. */
async function collect(stream) {
  const texts = [], finishes = [], order = [];
  let usage = null;
  for await (const chunk of stream) {
    usage = chunk.usage ?? usage;
    for (const { index, text, finish_reason } of chunk.choices) {
      texts[index] = (texts[index] ?? '') + text;
      finishes[index] = finish_reason ?? finishes[index] ?? null;
      order.push(index);
    }
  }
  return { texts, finishes, order, usage };
}

const whole = await client.completions.create({ ...greedy, max_tokens: 4, user: 'someone' });
const seeded = { model: 'gpt2', prompt: ['The river', 'You are an'], n: 2, seed: 3, max_tokens: 12 };
const leaving = await client.completions.create({ ...greedy, max_tokens: 120, stream: true });
for await (const _ of leaving) {
  leaving.controller.abort();
  break;
}

console.log(JSON.stringify({
  whole: { text: whole.choices[0].text, finish: whole.choices[0].finish_reason, usage: whole.usage, hasRequestId: whole._request_id.startsWith('req_') },
  logprobs: (await client.completions.create({ ...greedy, max_tokens: 1, logprobs: 1 })).choices[0].logprobs.tokens,
  stream: await collect(await client.completions.create({ ...greedy, max_tokens: 4, stream: true, stream_options: { include_usage: true } })),
  choices: (await client.completions.create(seeded)).choices.map(({ text }) => text),
  streamedChoices: await collect(await client.completions.create({ ...seeded, stream: true })),
  badField: await failure(() => client.completions.create({ ...greedy, temperature: 3 })),
  badStream: await failure(() => client.completions.create({ ...greedy, prompt: 'a', max_tokens: 200, stream: true })),
  unknownModel: await failure(() => client.completions.create({ ...greedy, model: 'gpt5' })),
  models: (await client.models.list()).data.map(({ id }) => id),
  model: (await client.models.retrieve('gpt2')).id,
  noModel: await failure(() => client.models.retrieve('gpt5')),
}));
