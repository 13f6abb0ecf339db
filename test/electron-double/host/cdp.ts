import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';

type Params = Record<string, unknown>;
// What Chromium answers is described by its protocol, not by types here.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Answer = any;

/** Chromium's DevTools protocol over `--remote-debugging-pipe`: JSON messages, each ended by a zero byte. */
export class Cdp extends EventEmitter<Record<string, [Answer, string]>> {
  private readonly _out: Writable;
  private readonly _waiting = new Map<
    number,
    { method: string; resolve: (value: Answer) => void; reject: (error: Error) => void }
  >();
  private _serial = 0;
  private _closed = false;

  /** Events are emitted by their method's name with their parameters and the session's id. */
  constructor(out: Writable, input: Readable) {
    super();
    this.setMaxListeners(0);
    this._out = out;
    out.on('error', () => this.close());
    let parts: Buffer[] = [];
    input.on('data', (piece: Buffer) => {
      let rest = piece;
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        const text = Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8');
        parts = [];
        rest = rest.subarray(end + 1);
        this._take(JSON.parse(text) as Params);
      }
      if (rest.length > 0) parts.push(rest);
    });
    input.on('close', () => this.close());
  }

  private _take(message: Answer): void {
    if (message.id === undefined) {
      this.emit(message.method as string, message.params, message.sessionId ?? '');
      return;
    }
    const call = this._waiting.get(message.id as number);
    this._waiting.delete(message.id as number);
    if (message.error) call?.reject(new Error(`${call.method}: ${message.error.message}`));
    else call?.resolve(message.result);
  }

  /** Sends a command; commands of one session are carried out in order. Rejects with Chromium's words. */
  send(method: string, params: Params = {}, sessionId?: string): Promise<Answer> {
    if (this._closed) return Promise.reject(new Error(`${method}: Chromium is gone`));
    this._serial += 1;
    const id = this._serial;
    this._out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this._waiting.set(id, { method, resolve, reject }));
  }

  close(): void {
    if (this._closed) return;
    this._closed = true;
    for (const { method, reject } of this._waiting.values()) reject(new Error(`${method}: Chromium is gone`));
    this._waiting.clear();
    this.emit('closed', {}, '');
  }
}
