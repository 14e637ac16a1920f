import { toolName } from '../../core/base/version.ts';
import type { BagEvidence } from './bag-clusters.ts';
import { codecRegister, type DecodersHere } from './codec-register.ts';
import type { KeepingFacts } from './keeping.ts';
import type { KeyringFacts } from './keyring.ts';
import { playableShare } from './playable-share.ts';
import type { CatalogFacts, LogAccount, LogFacts, Statement } from './statement.ts';
import { assumptionsOf, headlineOf, notCoveredOf } from './words.ts';

/** Creates the statement from a log. @param unsigned why it is not signed, or null */
export function makeStatement(
  account: LogAccount,
  facts: {
    readonly archive: string | null;
    /** State of the archive's keyring. Absent: the archive's bags are open. */
    readonly keyring?: KeyringFacts;
    /** Absent: the archive never had a legal hold or a retention policy. */
    readonly keeping?: KeepingFacts;
    readonly writtenAt: string;
    readonly log: LogFacts;
    readonly unsigned: string | null;
    readonly catalog: CatalogFacts;
    /** Decoded recordings by bag, and the contents of the bags. */
    readonly bags: BagEvidence;
    readonly decoders: DecodersHere;
  },
): Statement {
  const lastSuccess = account.places[0]?.lastSuccess ?? null;
  const { archive, keyring, keeping, writtenAt, log, unsigned, catalog, bags, decoders } = facts;
  const playable = playableShare(account.playability, catalog.strata, account.holdings.recordings, bags);
  return {
    headline: headlineOf(lastSuccess, account),
    lastSuccess,
    unsigned,
    format: 'longplay-statement',
    version: 1,
    tool: toolName,
    archive,
    writtenAt,
    log,
    account,
    catalog,
    playable,
    codecs: codecRegister(catalog.strata, decoders, account.playability.codecs),
    ...(keyring === undefined ? {} : { keyring }),
    ...(keeping === undefined ? {} : { keeping }),
    assumptions: assumptionsOf(account, playable),
    notCovered: notCoveredOf(account, log, playable, keyring),
  };
}

/** Returns the bytes of `statement.json`, which are signed. The headline is in its second line. */
export function statementJson(statement: Statement): string {
  return `${JSON.stringify(statement, null, 2)}\n`;
}
