import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { createDemoModel, planDemo } from '../../../src/server/models/demo-model.ts';
import { readDelta, type Completion, type ModelPiece } from '../../../src/server/models/model-source.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const ask = (prompt: string, stream = true) => ({
  model: 'hark-demo',
  stream,
  messages: [
    { role: 'user', content: '/fail' },
    { role: 'assistant', content: 'x' },
    { role: 'user', content: prompt },
  ],
});
const piecesOf = (completion: Completion): AsyncIterable<ModelPiece> => {
  if (completion.kind !== 'stream') throw new Error('no stream');
  return completion.pieces;
};
const collect = async (completion: Completion) => {
  let text = '';
  const pieces: ModelPiece[] = [];
  for await (const piece of piecesOf(completion)) {
    pieces.push(piece);
    if ('chunk' in piece) text += readDelta(piece.chunk).text;
  }
  return { text, pieces };
};

describe('the demo model', () => {
  it.each([
    ['/slow 20', 20_000],
    ['/slow 0.25', 250],
    ['/slow 0,25', 250],
    ['/slow 3s', 3000],
    ['/slow', 10_000],
    ['/slow tomorrow', 10_000],
    ['/slow -4', 10_000],
    ['/slow 999999', 3_600_000],
    ['/SLOW 1 please', 1000],
    ['tell me about /slow 20', null],
    ['/slower 20', null],
  ])('plans %j over %s ms', (prompt, overMs) => expect(planDemo(prompt).overMs).toBe(overMs));

  it.each([
    ['/long 7', 7],
    ['/long', 500],
    ['/long 1000000', 20_000],
    ['/long -3', 500],
  ])('says as many words as %j asks for: %i', (prompt, words) =>
    expect(planDemo(prompt).text.split(' ')).toHaveLength(words),
  );

  it('says that it is a demo, whatever is asked', () => {
    for (const prompt of ['', 'What is love?', '/slow 1', '/fail', '/markdown', '/long 20'])
      expect(planDemo(prompt).text).toMatch(/demo/i);
  });

  it('shows each kind of block with /markdown', () => {
    const { text } = planDemo('/markdown');
    for (const block of [/^# /m, /^```ts$/m, /^\| --- /m, /^1\. /m, /^> /m]) expect(text).toMatch(block);
  });

  it('streams exactly its plan, the same every time, then the reason and the usage', async () => {
    const model = createDemoModel({ ...systemClock, after: (_ms, run) => systemClock.after(0, run) });
    const signal = new AbortController().signal;
    const one = await collect(await model.complete(ask('/markdown'), signal));
    const two = await collect(await model.complete(ask('/markdown'), signal));
    expect(one.text).toBe(planDemo('/markdown').text);
    expect(two.text).toBe(one.text);
    const [reason, usage] = one.pieces.slice(-2) as { chunk: Record<string, unknown> }[];
    expect(reason?.chunk.choices).toMatchObject([{ finish_reason: 'stop' }]);
    expect(usage?.chunk).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  });

  it('takes the asked time to the end, and no longer', async () => {
    const clock = new FakeClock();
    const model = createDemoModel(clock);
    let finished = false;
    const run = model
      .complete(ask('/slow 60'), new AbortController().signal)
      .then(collect)
      .then(() => (finished = true));
    for (let second = 0; second < 590; second += 1) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(finished).toBe(false);
    for (let i = 0; i < 20; i += 1) {
      clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await run;
    expect(clock.monotonic()).toBeLessThanOrEqual(61_000);
  });

  it('stops at once when told to, leaving no timer', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const run = createDemoModel(clock).complete(ask('/slow 3600'), stop.signal).then(collect);
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    const { text } = await run;
    expect(text.length).toBeLessThan(100);
    expect(clock.pending).toBe(0);
  });

  it('fails with words after some text, streamed or whole', async () => {
    const model = createDemoModel({ ...systemClock, after: (_ms, run) => systemClock.after(0, run) });
    const signal = new AbortController().signal;
    const { text, pieces } = await collect(await model.complete(ask('/fail'), signal));
    expect(text).not.toBe('');
    expect(pieces.at(-1)).toEqual({ error: expect.stringContaining('/fail') });
    expect(await model.complete(ask('/fail', false), signal)).toMatchObject({ kind: 'refused', status: 500 });
  });
});
