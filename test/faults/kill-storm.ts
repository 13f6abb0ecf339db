import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface StormFigures {
  kills: number;
  /** Notices whose enqueue had returned. */
  promised: number;
  /** Different notices that arrived. */
  arrived: number;
  /** Promised and never arrived. Must be empty. */
  lost: string[];
  /** Notices that arrived under more than one webhook-id. Must be empty. */
  underTwoIds: string[];
  /** Arrived under another id than the one promised. Must be empty. */
  underWrongId: string[];
  /** Arrivals beyond the first of a notice; each came under the same id, so a receiver can drop it. */
  repeats: number;
  /** Most arrivals of one notice. */
  mostRepeats: number;
  /** Most requests that one target had open at once. Must be 1. */
  mostOpenPerTarget: number;
  /** Database files put aside as damaged. Must be 0. */
  damaged: number;
  seconds: number;
}

/**
 * Runs the engine in a child process under load against a counting receiver, kills it (SIGKILL) at a random moment,
 * starts it again on the same database, `kills` times; then lets it send what is left and counts.
 */
export async function killStorm(kills: number, random: () => number = Math.random): Promise<StormFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'hark-storm-'));
  const started = performance.now();
  const ids = new Map<string, Set<string>>();
  const arrivals = new Map<string, number>();
  const promised = new Map<string, string>();
  const open = new Map<string, number>();
  let mostOpenPerTarget = 0;
  let damaged = 0;

  const receiver = createServer((request, response) => {
    const path = request.url ?? '';
    // A killed sender's request ends with its connection.
    const now = (open.get(path) ?? 0) + 1;
    open.set(path, now);
    mostOpenPerTarget = Math.max(mostOpenPerTarget, now);
    response.on('close', () => open.set(path, (open.get(path) ?? 1) - 1));
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { title } = (JSON.parse(body) as { chat: { title: string } }).chat;
      const id = String(request.headers['webhook-id']);
      ids.set(title, (ids.get(title) ?? new Set()).add(id));
      arrivals.set(title, (arrivals.get(title) ?? 0) + 1);
      // Sometimes at once, sometimes slowly, so that kills fall before, during and after.
      setTimeout(() => response.end('ok'), random() < 0.7 ? 0 : random() * 15);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

  const run = (mode: 'load' | 'finish'): ChildProcess => {
    const first =
      promised.size === 0 ? 0 : Math.max(...[...promised.keys()].map((key) => Number(key.slice(1)))) + 100;
    const child = fork(
      new URL('./kill-storm-child.ts', import.meta.url),
      [join(folder, 'outbox.db'), url, String(first), mode],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        // Starting is most of a short life.
        env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') },
      },
    );
    child.on('message', (message: { number?: number; id?: string; putAside?: string }) => {
      if (message.number !== undefined && message.id !== undefined)
        promised.set(`n${message.number}`, message.id);
      if (message.putAside !== undefined) damaged += 1;
    });
    return child;
  };
  const closed = (child: ChildProcess) => new Promise((resolve) => child.once('close', resolve));

  for (let kill = 0; kill < kills; kill += 1) {
    const child = run('load');
    const over = closed(child);
    // Some are killed while they start, most while they send.
    if (random() < 0.85) await Promise.race([over, new Promise((resolve) => child.once('message', resolve))]);
    await new Promise((resolve) => setTimeout(resolve, random() * 120));
    child.kill('SIGKILL');
    await over;
  }
  const last = run('finish');
  const over = closed(last);
  await Promise.race([
    over,
    new Promise<void>((resolve) => {
      last.on('message', (message: { done?: boolean }) => {
        if (message.done) resolve();
      });
    }),
  ]);
  last.kill();
  await over;
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });

  return {
    kills,
    promised: promised.size,
    arrived: arrivals.size,
    lost: [...promised.keys()].filter((title) => !arrivals.has(title)),
    underTwoIds: [...ids].filter(([, of]) => of.size > 1).map(([title]) => title),
    underWrongId: [...promised]
      .filter(([title, id]) => ids.has(title) && !ids.get(title)?.has(id))
      .map(([title]) => title),
    repeats: [...arrivals.values()].reduce((sum, count) => sum + count - 1, 0),
    mostRepeats: Math.max(0, ...arrivals.values()) - 1,
    mostOpenPerTarget,
    damaged,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
}
