import { contextBridge, ipcRenderer } from 'electron';
import { createBridge } from '../shell/bridge.ts';
import { EVENT_CHANNEL, REQUEST_CHANNEL } from '../shell/identity.ts';

// The page gets two functions and never ipcRenderer itself, which could reach every channel.
contextBridge.exposeInMainWorld(
  'hark',
  createBridge({
    invoke: (route, input) => ipcRenderer.invoke(REQUEST_CHANNEL, route, input),
    listen: (listener) => {
      ipcRenderer.on(EVENT_CHANNEL, (_event, name: string, data: unknown) => listener(name, data));
    },
  }),
);
