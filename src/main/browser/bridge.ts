import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import * as z from 'zod';
import { fail, type Result } from '../../shared/result.ts';
import type { Clock, IpcContext, Logger } from '../ports.ts';
import { UNKNOWN_TOKEN, type PageSocket, type PageWindows } from './windows.ts';

/** A prompt may have a million characters, six bytes each when escaped. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** A page that takes nothing any more must not fill our memory. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;
/** A ping goes out this often; a page that has not answered the one before is lost. */
const PING_MS = 5_000;
const BAD_FRAME = 1008;

const frameSchema = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('req'),
    id: z.int().min(0),
    route: z.string().max(100),
    input: z.unknown(),
  }),
  z.strictObject({ t: z.literal('focus'), focused: z.boolean(), visible: z.boolean() }),
]);

export interface Bridge {
  /** Takes over a request whose Host, Origin and cookie were found right. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, token: string) => void;
  close: () => void;
}

/** JSON frames between pages and the App, over WebSocket. Every frame is checked; a wrong one ends the line. */
export function createBridge(options: {
  clock: Clock;
  log: Logger;
  windows: PageWindows;
  handle: (ctx: IpcContext, route: string, input: unknown) => Promise<Result<unknown>>;
}): Bridge {
  const { clock, windows } = options;
  const log = options.log.with('bridge');
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, clientTracking: true });

  const answer = async (ctx: IpcContext, line: PageSocket, id: number, route: string, input: unknown) => {
    let result: Result<unknown>;
    try {
      result = await options.handle(ctx, route, input);
    } catch (error) {
      log.error('a request threw', { route, error: String(error) });
      result = fail('INTERNAL', 'Something went wrong inside Hark. The log says more.');
    }
    line.send(JSON.stringify({ t: 'res', id, result }));
  };

  const serve = (socket: WebSocket, token: string): void => {
    const line: PageSocket = {
      send: (frame) => {
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
          log.warn('a page takes nothing any more; its line was cut');
          socket.terminate();
          return;
        }
        socket.send(frame);
      },
      close: (code, reason) => socket.close(code, reason),
    };
    socket.on('error', (error) => log.warn('a line to a page failed', { error: error.message }));
    const ctx = windows.attach(token, line);
    if (!ctx) {
      socket.close(UNKNOWN_TOKEN, 'unknown window');
      return;
    }

    let answered = true;
    let cancelTick: () => void = () => undefined;
    const heard = (): void => {
      answered = true;
    };
    const judge = (): void => {
      if (socket.readyState !== socket.OPEN) return;
      if (!answered) {
        socket.terminate();
        return;
      }
      answered = false;
      socket.ping();
      cancelTick = clock.after(PING_MS, tick);
    };
    // After reading what has come in: on waking from sleep the timer is due before a waiting answer is read.
    const tick = (): void => void setImmediate(judge);
    cancelTick = clock.after(PING_MS, tick);

    socket.on('pong', heard);
    socket.on('close', () => {
      cancelTick();
      windows.detach(ctx.windowId, line);
    });
    socket.on('message', (data, isBinary) => {
      heard();
      const frame = isBinary ? null : parseFrame(data);
      if (!frame) {
        log.warn('a page sent a frame that is none of ours');
        socket.close(BAD_FRAME, 'not a frame of Hark');
        return;
      }
      if (frame.t === 'focus') windows.look(ctx.windowId, frame.focused, frame.visible);
      else void answer(ctx, line, frame.id, frame.route, frame.input);
    });
    line.send(JSON.stringify({ t: 'hello', host: 'browser' }));
  };

  return {
    upgrade: (request, socket, head, token) =>
      server.handleUpgrade(request, socket, head, (opened) => serve(opened, token)),
    close: () => {
      windows.closeAll();
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function parseFrame(data: RawData): z.output<typeof frameSchema> | null {
  try {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    const parsed = frameSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not JSON: the caller ends the line
  }
}
