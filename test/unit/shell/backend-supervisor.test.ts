import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/shared/result.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import {
  createBackendSupervisor,
  readyUrl,
  restartDelay,
  STEADY_MS,
} from '../../../src/main/shell/backend-supervisor.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

interface FakeChild {
  say: (message: unknown) => void;
  exit: (code: number) => void;
  asked: number;
  killed: number;
}

function supervised(fork?: () => never) {
  const clock = new FakeClock();
  const children: FakeChild[] = [];
  const backend = createBackendSupervisor({
    clock,
    log: memoryLog(),
    fork:
      fork ??
      (() => {
        const messages: ((message: unknown) => void)[] = [];
        const exits: ((code: number) => void)[] = [];
        const child: FakeChild = {
          say: (message) => messages.forEach((listener) => listener(message)),
          exit: (code) => exits.splice(0).forEach((listener) => listener(code)),
          asked: 0,
          killed: 0,
        };
        children.push(child);
        return {
          onMessage: (listener) => void messages.push(listener),
          onExit: (listener) => void exits.push(listener),
          askToStop: () => void (child.asked += 1),
          kill: () => void (child.killed += 1),
        };
      }),
  });
  const ends: string[] = [];
  backend.onExit((words) => ends.push(words));
  const up = async (url = 'http://127.0.0.1:4000'): Promise<Result<{ url: string }>> => {
    const started = backend.start();
    const count = children.length;
    while (children.length === count) clock.advance(clock.nextIn ?? 0);
    children.at(-1)?.say({ type: 'ready', url });
    return started;
  };
  return { clock, children, backend, ends, up };
}
const code = (result: Result<unknown>): string | null => (result.ok ? null : result.error.code);

describe('start', () => {
  it('resolves with the URL once the child says that it is ready, and starts one child only', async () => {
    const { clock, children, backend } = supervised();
    const both = [backend.start(), backend.start()];
    clock.advance(0);
    expect(children).toHaveLength(1);
    children[0]?.say('noise');
    children[0]?.say({ type: 'ready', url: 'http://127.0.0.1:4000' });
    for (const started of both)
      expect(await started).toEqual({ ok: true, data: { url: 'http://127.0.0.1:4000' } });
    expect(await backend.start()).toEqual({ ok: true, data: { url: 'http://127.0.0.1:4000' } });
    expect(children).toHaveLength(1);
  });
  it('fails when the child ends first, without calling onExit', async () => {
    const { clock, children, backend, ends } = supervised();
    const started = backend.start();
    clock.advance(0);
    children[0]?.exit(1);
    expect(code(await started)).toBe('UNREACHABLE');
    expect(ends).toEqual([]);
  });
  it('fails and ends the child when it never gets ready; its late word changes nothing', async () => {
    const { clock, children, backend } = supervised();
    const started = backend.start();
    clock.advance(20_000);
    expect(code(await started)).toBe('UNREACHABLE');
    expect(children[0]?.killed).toBe(1);
    children[0]?.say({ type: 'ready', url: 'http://127.0.0.1:1' });
    children[0]?.exit(1);
    void backend.start();
    clock.advance(500);
    expect(children).toHaveLength(2);
  });
  it('gives a failing fork as a value and can be tried again', async () => {
    const { clock, backend } = supervised(() => {
      throw new Error('ENOENT');
    });
    for (let round = 0; round < 2; round += 1) {
      const started = backend.start();
      clock.advance(30_000);
      expect(code(await started)).toBe('UNREACHABLE');
    }
  });
});

describe('an unwanted end', () => {
  it('is told, and the next start waits longer with each end in a row', async () => {
    const { clock, children, backend, ends, up } = supervised();
    await up();
    children[0]?.exit(9);
    expect(ends).toHaveLength(1);
    for (const wait of [500, 1000, 2000]) {
      const count = children.length;
      const started = backend.start();
      clock.advance(wait - 1);
      expect(children).toHaveLength(count);
      clock.advance(1);
      expect(children).toHaveLength(count + 1);
      children.at(-1)?.say({ type: 'ready', url: 'http://127.0.0.1:4000' });
      await started;
      children.at(-1)?.exit(9);
    }
  });
  it('is forgiven after the child stood for a minute', async () => {
    const { clock, children, backend, up } = supervised();
    for (let round = 0; round < 4; round += 1) {
      await up();
      children.at(-1)?.exit(9);
    }
    await up();
    clock.advance(STEADY_MS);
    children.at(-1)?.exit(9);
    const count = children.length;
    void backend.start();
    clock.advance(restartDelay(1));
    expect(children).toHaveLength(count + 1);
  });
  it('never waits for ever', () => {
    expect(restartDelay(1000)).toBe(30_000);
  });
});

describe('stop', () => {
  it('asks, waits for the end, and is no unwanted end', async () => {
    const { children, backend, ends, up } = supervised();
    await up();
    let stopped = false;
    const stopping = backend.stop().then(() => (stopped = true));
    await settle();
    expect([children[0]?.asked, stopped]).toEqual([1, false]);
    children[0]?.exit(0);
    await stopping;
    expect([children[0]?.killed, ends.length]).toEqual([0, 0]);
  });
  it('ends a child that does not listen', async () => {
    const { clock, children, backend, up } = supervised();
    await up();
    const stopping = backend.stop();
    clock.advance(1500);
    await stopping;
    expect(children[0]?.killed).toBe(1);
  });
  it('cuts short a start that is waiting, so that no child is left behind', async () => {
    const { clock, children, backend, up } = supervised();
    await up();
    children[0]?.exit(9);
    const started = backend.start();
    await backend.stop();
    expect(code(await started)).toBe('UNREACHABLE');
    clock.advance(60_000);
    expect(children).toHaveLength(1);
  });
  it('cuts short a start whose child is not ready yet', async () => {
    const { clock, children, backend } = supervised();
    const started = backend.start();
    clock.advance(0);
    const stopping = backend.stop();
    expect(code(await started)).toBe('UNREACHABLE');
    children[0]?.exit(0);
    await stopping;
    const again = backend.start();
    await settle();
    clock.advance(0);
    expect(children).toHaveLength(2);
    children[1]?.say({ type: 'ready', url: 'http://127.0.0.1:2' });
    expect((await again).ok).toBe(true);
  });
  it('does nothing when nothing runs', async () => {
    await expect(supervised().backend.stop()).resolves.toBeUndefined();
  });
});

describe('readyUrl', () => {
  it.each([
    [{ type: 'ready', url: 'http://127.0.0.1:8080' }, 'http://127.0.0.1:8080'],
    [{ type: 'ready', url: 'http://[::1]:8080' }, 'http://[::1]:8080'],
    // Sign-in goes to this address: it must be this computer.
    [{ type: 'ready', url: 'http://example.com' }, null],
    [{ type: 'ready', url: 'https://127.0.0.1' }, null],
    [{ type: 'ready', url: 'http://127.0.0.1@example.com' }, null],
    [{ type: 'ready' }, null],
    [{ type: 'other', url: 'http://127.0.0.1' }, null],
    [null, null],
    ['ready', null],
  ])('%j: %s', (message, url) => expect(readyUrl(message)).toBe(url));
});
