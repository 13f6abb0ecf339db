/** Receiver for the benchmarks, in a process of its own: counts, and answers 204 or hangs on /hang. */
import { createServer } from 'node:http';

let count = 0;
const server = createServer((request, response) => {
  const at = process.hrtime.bigint();
  if (request.url === '/count') {
    response.end(String(count));
    return;
  }
  if (request.url === '/hang') return;
  request.resume();
  request.on('end', () => {
    count += 1;
    response.writeHead(204, { 'x-arrived': String(at) });
    response.end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.(address.port);
});
