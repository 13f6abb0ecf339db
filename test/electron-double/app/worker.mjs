process.parentPort.on('message', ({ data }) => {
  if (data === 'end') process.exit(3);
  process.parentPort.postMessage({
    got: data,
    send: typeof process.send,
    type: process.type,
    args: process.argv.slice(2),
  });
});
process.on('message', () => process.parentPort.postMessage('Node’s own channel shows through'));
process.parentPort.postMessage('up');
console.log('worker says hello');
