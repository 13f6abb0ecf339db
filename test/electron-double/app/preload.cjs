/* global process, window */
'use strict';
const { contextBridge, ipcRenderer } = require('electron');

const listeners = [];
ipcRenderer.on('event', (_event, ...args) => {
  for (const listener of listeners) listener(...args);
});
contextBridge.exposeInMainWorld('api', {
  version: 1,
  nested: { list: [1, 2, 3], when: new Date(0) },
  invoke: (channel, ...args) => ipcRenderer.invoke(channel, ...args),
  send: (channel, ...args) => ipcRenderer.send(channel, ...args),
  listen: (listener) => {
    listeners.push(listener);
    return () => listeners.splice(listeners.indexOf(listener), 1);
  },
  add: (a, b) => a + b,
  fail: () => {
    throw new TypeError('no');
  },
  describe: (value) => Object.prototype.toString.call(value),
  process: () => [process.type, typeof globalThis.require, typeof window.seenAtStart],
  badModule: () => require('fs'),
});
