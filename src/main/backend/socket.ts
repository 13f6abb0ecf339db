import { io, type Socket } from 'socket.io-client';
import type { Logger } from '../ports.ts';
import { socketEvent } from './wire.ts';

export interface BackendEvent {
  chatId: string;
  messageId: string | null;
  type: string;
  data: unknown;
}

export interface BackendSocket {
  connected: () => boolean;
  /** The id the server knows this connection by, to name in completion requests; null while down. */
  sessionId: () => string | null;
  close: () => void;
}

/**
 * The event stream of an Open WebUI-compatible server: socket.io at /ws/socket.io, joined anew on
 * every connect. A bad token does not refuse the connection there, so the join's answer is the check.
 */
export function connectSocket(options: {
  baseUrl: string;
  token: string;
  websocket: boolean;
  log: Logger;
  onEvent: (event: BackendEvent) => void;
  /** Joined, for the first time or again: what was missed must be asked for. */
  onJoined: () => void;
  onRefused: () => void;
}): BackendSocket {
  const { log } = options;
  const socket: Socket = io(options.baseUrl, {
    path: '/ws/socket.io',
    transports: options.websocket ? ['websocket'] : ['polling', 'websocket'],
    auth: { token: options.token },
    reconnectionDelay: 250,
    reconnectionDelayMax: 5000,
    forceNew: true,
  });
  socket.on('connect', () => {
    socket
      .timeout(10_000)
      .emitWithAck('user-join', { auth: { token: options.token } })
      .then((user: unknown) => {
        if (user) options.onJoined();
        else options.onRefused();
      })
      .catch((error: unknown) => {
        log.warn('joining the event stream was not answered', { error: String(error) });
        socket.disconnect();
        socket.connect();
      });
  });
  socket.on('connect_error', (error) => log.debug('event stream down', { error: error.message }));
  socket.on('events', (raw: unknown, ack?: unknown) => {
    const parsed = socketEvent.safeParse(raw);
    if (!parsed.success) {
      log.debug('an event of unknown shape was passed over');
      return;
    }
    // Requests for code to be run are always refused; an answer is owed, else the generation hangs.
    if (parsed.data.data.type.startsWith('execute') && typeof ack === 'function') {
      (ack as (answer: unknown) => void)({ error: 'unsupported' });
      return;
    }
    options.onEvent({
      chatId: parsed.data.chat_id ?? '',
      messageId: parsed.data.message_id ?? null,
      type: parsed.data.data.type,
      data: parsed.data.data.data,
    });
  });
  const heartbeat = setInterval(() => {
    if (socket.connected) socket.emit('heartbeat', {});
  }, 30_000);
  heartbeat.unref();

  return {
    connected: () => socket.connected,
    sessionId: () => socket.id ?? null,
    close: () => {
      clearInterval(heartbeat);
      socket.close();
    },
  };
}
