import type { DataSource } from '../core/page/data.ts';
import { startPage } from './page.ts';
import { openServer } from './server/source.ts';
import { openShards } from './viewer/source.ts';
import { restoreWantedPlace } from './wanted-place.ts';

/**
 * Data sources by the name in the page's HTML (`<html data-source="…">`). Each gets a place in the header for its user controls
 * (name, sign-out), which may stay empty.
 */
const sources: Readonly<Record<string, (account: HTMLElement) => DataSource>> = {
  shards: () => openShards(),
  http: (account) => {
    restoreWantedPlace();
    return openServer(account);
  },
};

const account = document.createElement('div');
account.className = 'account';
const open = sources[document.documentElement.dataset.source ?? ''];
if (open === undefined) document.body.append('This page does not say where its data is.');
else startPage(open(account), account);
