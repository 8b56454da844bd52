import './live/without-eval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import './ui/tokens.css';
import './ui/base.css';
import './ui/parts.css';
import './app/shell.css';
import './mesh/mesh.css';
import './tasks/tasks.css';
import './timeline/timeline.css';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
