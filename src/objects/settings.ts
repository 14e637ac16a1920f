import { readFileSync, statSync } from 'node:fs';
import { loadConfig } from '@smithy/core/config';
import { agree } from '../core/base/agree.ts';
import { errorText, LongplayError } from '../core/base/error.ts';
import { limits } from '../core/base/limits.ts';
import type { StoreChoice } from '../core/model/store-choice.ts';
import { checkEndpoint } from './address.ts';

/** Everything that decides how an object store is reached, except for credentials. */
export interface StoreSettings {
  /** URL of the store; null: AWS. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly profile: string | null;
  /** Certificates in PEM that sign the store's certificate; null: those that Node.js trusts. */
  readonly ca: Buffer | null;
  /** True: the bucket is in the path of a URL; false: in the name of the host. */
  readonly pathStyle: boolean;
  /** How often a request is sent before it counts as failed. */
  readonly attempts: number;
}

/** How often a request is sent if neither the environment nor the profile states it: with the pauses in between, an outage of half a minute passes. */
const usualAttempts = 10;

/** Region of AWS where none is stated; AWS names the right one in its answer. Other stores ignore it, but it is part of each signature. */
const usualRegion = 'us-east-1';

type Section = Readonly<Record<string, string | undefined>>;

/**
 * Returns the settings of a store: the choice of the user, then variables, then the profile, as the AWS tools do (AWS SDKs and Tools Reference Guide,
 * "Settings reference").
 * @throws LongplayError S165 for a wrong endpoint, S160 for unreadable certificates
 */
export async function storeSettings(choice: StoreChoice): Promise<StoreSettings> {
  const profile = choice.profile === undefined ? {} : { profile: choice.profile };
  const setting = async (names: readonly string[], ofProfile: (own: Section, file: Readonly<Record<string, Section>>) => string | undefined) =>
    await loadConfig<string | undefined>(
      {
        environmentVariableSelector: (env) => names.map((name) => env[name]).find((value) => value !== undefined && value !== ''),
        configFileSelector: (own, file) => ofProfile(own, file ?? {}),
        default: undefined,
      },
      profile,
    )();
  const isIgnored = (await setting(['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'], (own) => own.ignore_configured_endpoint_urls)) === 'true';
  const configured = isIgnored ? undefined : await setting(['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'], endpointOf);
  const endpoint = choice.endpoint ?? configured ?? null;
  if (endpoint !== null) checkEndpoint(endpoint);
  const style = await setting([], (own) => own['s3.addressing_style']);
  const attempts = Number(await setting(['AWS_MAX_ATTEMPTS'], (own) => own.max_attempts));
  const bundle = await setting(['AWS_CA_BUNDLE'], (own) => own.ca_bundle);
  return {
    endpoint,
    region: choice.region ?? (await setting(['AWS_REGION', 'AWS_DEFAULT_REGION'], (own) => own.region)) ?? usualRegion,
    profile: choice.profile ?? null,
    ca: bundle === undefined ? null : readCertificates(bundle),
    // Few stores other than AWS have a host name per bucket.
    pathStyle: style === 'path' || (style !== 'virtual' && endpoint !== null),
    attempts: Number.isSafeInteger(attempts) && attempts > 0 ? attempts : usualAttempts,
  };
}

/** Returns the endpoint of a profile: that of its section of services, else its own. */
function endpointOf(own: Section, file: Readonly<Record<string, Section>>): string | undefined {
  const services = own.services === undefined ? undefined : file[`services.${own.services}`];
  return services?.['s3.endpoint_url'] ?? own.endpoint_url;
}

function readCertificates(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > limits.objectCertificatesBytes) throw new Error(agree`it has ${size} byte[s], more than ${limits.objectCertificatesBytes}`);
    return readFileSync(file);
  } catch (cause) {
    throw new LongplayError(
      'incomplete',
      'S160',
      `the certificates of AWS_CA_BUNDLE or ca_bundle cannot be read: ${errorText(cause)}`,
      'correct the path, or unset it to use the certificates that Node.js trusts',
      cause,
    );
  }
}
