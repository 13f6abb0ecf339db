import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import envPaths from 'env-paths';
import { systemClock } from '../main/clock.ts';
import { createFileLog } from '../main/log/file-log.ts';
import { createServer } from './server.ts';

const HELP = `Hark's own backend: accounts, chats and models, for the Hark app.

  --port N           port to listen at; 0, the default, takes any free one
  --data DIR         folder for the database, keys and logs
  --host ADDRESS     address to listen at; default 127.0.0.1, this computer alone
  --allow-host NAME  a name clients may reach the server by; may be given more than once
  --no-discovery     do not look for Ollama, LM Studio and llama.cpp on their usual ports
  --help             these words

Environment: WEBHOOK_URL is the first sign-up webhook, until one is saved in the app;
HARK_NO_DISCOVERY=1 is the same as --no-discovery; HTTP_PROXY, HTTPS_PROXY and NO_PROXY are followed.
When it listens it prints one line of JSON: {"ready":true,"url":"http://127.0.0.1:PORT"}
`;

/** After this long a clean end is given up. */
const CLOSE_WITHIN_MS = 8_000;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Messages to whoever started this process: Node's IPC channel or Electron's utility process port. */
interface ParentPort {
  postMessage: (message: unknown) => void;
  on: (event: 'message', listener: (event: { data: unknown }) => void) => void;
}
const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort;

function tell(message: Record<string, unknown>): void {
  parentPort?.postMessage(message);
  // The parent may have gone in this very moment; 'disconnect' then ends us.
  if (process.send && process.connected) process.send(message, () => undefined);
}

function onStopRequest(stop: () => void): void {
  const read = (message: unknown) => {
    if ((message as { type?: unknown } | null)?.type === 'stop') stop();
  };
  parentPort?.on('message', (event) => read(event.data));
  process.on('message', read);
  process.once('disconnect', stop);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function readArguments():
  { port: number; host: string; data: string; allowHosts: string[]; discovery: boolean } | { words: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '0' },
        data: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        'allow-host': { type: 'string', multiple: true, default: [] },
        'no-discovery': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { words: HELP };
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      return { words: `--port ${values.port}: give a number from 0 to 65535.` };
    return {
      port,
      host: values.host,
      data: resolve(values.data ?? join(envPaths('hark', { suffix: '' }).data, 'server')),
      allowHosts: values['allow-host'],
      discovery: !values['no-discovery'] && process.env.HARK_NO_DISCOVERY !== '1',
    };
  } catch (error) {
    return { words: `${(error as Error).message}\n\n${HELP}` };
  }
}

async function run(): Promise<void> {
  const options = readArguments();
  if ('words' in options) {
    const help = options.words === HELP;
    (help ? process.stdout : process.stderr).write(`${options.words.trimEnd()}\n`);
    if (!help) tell({ type: 'failed', code: 'VALIDATION_FAILED', message: options.words });
    process.exitCode = help ? 0 : EXIT_USAGE;
    return;
  }
  const log = createFileLog({ folder: join(options.data, 'logs'), name: 'server', clock: systemClock });
  const leave = (code: number): never => {
    log.close();
    process.exit(code);
  };
  process.on('uncaughtException', (error) => {
    log.error('the server ended on an error it did not expect', { error: error.stack });
    process.stderr.write(`The server ended on an error it did not expect: ${error.message}\n`);
    leave(EXIT_FAILED);
  });

  let asked = false;
  let close: (() => Promise<void>) | null = null;
  const stop = () => {
    asked = true;
    if (!close) return;
    setTimeout(() => {
      log.warn('the server did not end in time');
      leave(EXIT_FAILED);
    }, CLOSE_WITHIN_MS).unref();
    void close().then(() => leave(0));
    close = null;
  };
  onStopRequest(stop);

  const started = await createServer({
    dataDir: options.data,
    port: options.port,
    host: options.host,
    allowedHosts: options.allowHosts,
    env: process.env,
    log,
    ...(options.discovery ? {} : { places: [] }),
  });
  if (!started.ok) {
    const { code, message } = started.error;
    log.error('the server could not start', { code, words: message });
    process.stderr.write(`${message}\n`);
    tell({ type: 'failed', code, message });
    leave(EXIT_FAILED);
    return;
  }
  const { url, putAside } = started.data;
  if (putAside !== null)
    process.stderr.write(
      `The database was damaged. It was put aside as ${putAside}, and a new one was begun.\n`,
    );
  process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);
  tell({ type: 'ready', url, putAside });
  close = started.data.close;
  if (asked) stop();
}

await run();
