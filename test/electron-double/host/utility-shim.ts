import { EventEmitter } from 'node:events';
import { takeChannel } from './channel.ts';

/** Runs before the entry of a utility process. Docs: api/parent-port, process.parentPort. */
const port = new EventEmitter() as EventEmitter & { postMessage: (message: object) => void };
const channel = takeChannel({
  message: (data) => port.emit('message', { data, ports: [] }),
  // Electron's utility processes end with their parent.
  disconnect: () => process.exit(0),
});
port.postMessage = (message) => channel?.send(message);
Object.defineProperty(process, 'parentPort', { value: port });
Object.defineProperty(process, 'type', { value: 'utility' });
