import type { IncomingHttpHeaders, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Account } from '../accounts/users.ts';
import { tokenHash } from '../accounts/sessions.ts';
import type { Logger } from '../../main/ports.ts';

export interface HubEvent {
  chatId: string;
  messageId: string | null;
  type: string;
  data?: unknown;
  /** A later event holds all of it: a device that reads slowly may miss this one, in place of a growing queue. */
  droppable?: boolean;
}

export interface SocketHub {
  attach: (server: HttpServer) => void;
  /** To every device of the user. */
  emit: (userId: string, event: HubEvent) => void;
  /** The list of chats changed in another way than by an answer. */
  chatsChanged: (userId: string, chatId: string) => void;
  disconnectToken: (token: string) => void;
  /** Ends a user's connections, all but those with the given token. */
  disconnectUser: (userId: string, exceptToken: string | null) => void;
  close: () => Promise<void>;
}

/** Open WebUI's ping times: every 25 s, given up after 20 s of silence. */
const PING_INTERVAL_MS = 25_000;
const PING_TIMEOUT_MS = 20_000;
/** Clients send nothing large this way. */
const MAX_MESSAGE_BYTES = 100_000;

interface Identity {
  userId: string;
  tokenKey: string;
}

/**
 * The event stream at /ws/socket.io. As in Open WebUI a bad token does not refuse the connection, it
 * only joins no room; the answer to `user-join`, null for a bad token, is the check.
 */
export function createSocketHub(deps: {
  authenticate: (token: string) => Account | null;
  guard: (headers: IncomingHttpHeaders) => string | null;
  touch: (user: Account) => void;
  log: Logger;
}): SocketHub {
  const { authenticate, guard, log } = deps;
  const io = new Server({
    path: '/ws/socket.io',
    serveClient: false,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    allowRequest: (req, callback) => {
      const refused = guard(req.headers);
      callback(refused, refused === null);
    },
  });
  const identities = new WeakMap<Socket, Identity>();
  const tokens = new WeakMap<Socket, string>();

  const join = (socket: Socket, token: unknown): Account | null => {
    const user = typeof token === 'string' ? authenticate(token) : null;
    leave(socket);
    if (!user || typeof token !== 'string') return null;
    identities.set(socket, { userId: user.id, tokenKey: keyOf(token) });
    tokens.set(socket, token);
    void socket.join(roomOf(user.id));
    deps.touch(user);
    return user;
  };
  const leave = (socket: Socket) => {
    const before = identities.get(socket);
    if (before) void socket.leave(roomOf(before.userId));
    identities.delete(socket);
    tokens.delete(socket);
  };

  io.on('connection', (socket) => {
    join(socket, (socket.handshake.auth as { token?: unknown }).token);
    socket.on('user-join', (data: unknown, ack?: unknown) => {
      const token = (data as { auth?: { token?: unknown } } | null | undefined)?.auth?.token;
      const user = join(socket, token);
      if (typeof ack === 'function')
        (ack as (answer: unknown) => void)(user ? { id: user.id, name: user.name, role: user.role } : null);
    });
    socket.on('heartbeat', () => {
      const token = tokens.get(socket);
      if (token === undefined) return;
      const user = authenticate(token);
      if (user) deps.touch(user);
      // The session ended while the connection stood.
      else socket.disconnect(true);
    });
    socket.on('error', (error: Error) => log.debug('a socket failed', { error: error.message }));
  });
  io.engine?.on('connection_error', () => undefined);

  const sockets = () => [...io.sockets.sockets.values()];
  const disconnect = (matches: (identity: Identity) => boolean) => {
    for (const socket of sockets()) {
      const identity = identities.get(socket);
      if (identity && matches(identity)) socket.disconnect(true);
    }
  };
  const emit = (userId: string, { chatId, messageId, type, data, droppable }: HubEvent) => {
    const room = io.to(roomOf(userId));
    const event = {
      chat_id: chatId,
      message_id: messageId,
      data: data === undefined ? { type } : { type, data },
    };
    (droppable ? room.volatile : room).emit('events', event);
  };

  return {
    attach: (server) => void io.attach(server),
    emit,
    chatsChanged: (userId, chatId) => emit(userId, { chatId, messageId: null, type: 'chat:list' }),
    disconnectToken: (token) => disconnect((identity) => identity.tokenKey === keyOf(token)),
    disconnectUser: (userId, exceptToken) => {
      const kept = exceptToken === null ? null : keyOf(exceptToken);
      disconnect((identity) => identity.userId === userId && identity.tokenKey !== kept);
    },
    close: () => new Promise((resolve) => void io.close(() => resolve())),
  };
}

const roomOf = (userId: string): string => `user:${userId}`;
const keyOf = (token: string): string => tokenHash(token).toString('base64');
