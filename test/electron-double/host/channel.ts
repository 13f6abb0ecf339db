/*
 * Node's IPC channel is how this process is spoken to from outside the app. Electron's processes have none, so it
 * is taken away from sight: the app finds neither process.send nor its 'message' and 'disconnect' events.
 */
export interface Channel {
  send: (message: object) => void;
}

/** Takes the channel; null when this process has none. */
export function takeChannel(listen: {
  message: (message: unknown) => void;
  disconnect: () => void;
}): Channel | null {
  const send = process.send?.bind(process);
  if (!send) return null;
  const emit = process.emit.bind(process) as (event: string | symbol, ...args: unknown[]) => boolean;
  const filtered = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event === 'message') listen.message(args[0]);
    else if (event === 'disconnect') listen.disconnect();
    else return emit(event, ...args);
    return true;
  };
  process.emit = filtered as typeof process.emit;
  // Node reads messages only while someone listens; this listener is never called.
  process.on('message', () => undefined);
  const channel: Channel = {
    send: (message) => {
      if (process.connected) send(message, () => undefined); // the other side may be gone
    },
  };
  Object.defineProperty(process, 'send', { value: undefined, configurable: true });
  return channel;
}
