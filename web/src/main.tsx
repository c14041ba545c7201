/** Finds out who answers, and shows the page. */
import { render } from 'preact';
import type { Backend } from './backend/contract.ts';
import { serviceBackend } from './backend/service.ts';
import { App } from './components/app.tsx';
import './style/tokens.css';
import './style/base.css';

/** Put there by `unseen export-site`: the page then searches files beside it. */
const isSite = document.querySelector('meta[name="unseen-site"]') !== null;

async function openBackend(): Promise<Backend> {
  const here = new URL('.', document.baseURI).href;
  if (!isSite) return serviceBackend(here);
  const { siteBackend } = await import('./site/backend.ts');
  return siteBackend(here);
}

const backend = await openBackend();
render(<App backend={backend} />, document.getElementById('app')!);
