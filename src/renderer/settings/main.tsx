import { startWindow } from '../ui/shell.tsx';
import { App } from './app.tsx';

startWindow(<App />);
