import { changed } from '../core/base/changed-source.ts';
import { LongplayError } from '../core/base/error.ts';
import type { Trouble } from './trouble.ts';

/** Returns the error for a listing that failed. @param failures number of attempts */
export function listError(trouble: Trouble, bucket: string, host: string, failures = 1): LongplayError {
  if (trouble.kind === 'missing')
    return new LongplayError(
      'usage',
      'S101',
      `there is no bucket ${bucket} at ${host} (${trouble.told})`,
      'check its name, and --endpoint and --region',
    );
  if (trouble.kind === 'refused')
    return new LongplayError(
      'incomplete',
      'S161',
      `${host} does not let these credentials list the bucket ${bucket} (${trouble.told})`,
      'allow s3:ListBucket and s3:GetObject, or use other credentials: --profile, AWS_PROFILE',
    );
  return storeError(trouble, host, failures);
}

/** Returns the error for an object that could not be read. @param name of the object, for messages */
export function objectError(
  trouble: Trouble,
  { bucket, name }: { readonly bucket: string; readonly name: string },
  host: string,
  failures: number,
): LongplayError {
  if (trouble.kind === 'missing') return trouble.isBucket ? listError(trouble, bucket, host) : changed(name, 'it no longer exists');
  if (trouble.kind === 'changed') return changed(name, 'it was replaced');
  if (trouble.kind === 'archived')
    return new LongplayError('incomplete', 'S162', `${name} is archived and not restored`, 'restore the object, then run again');
  if (trouble.kind === 'refused')
    return new LongplayError(
      'incomplete',
      'S163',
      `${host} does not let these credentials read ${name} (${trouble.told})`,
      'allow s3:GetObject, and kms:Decrypt for encrypted objects, then run again',
    );
  return storeError(trouble, host, failures);
}

/** Returns the error for trouble that concerns the whole store. */
function storeError(trouble: Trouble, host: string, failures: number): LongplayError {
  if (trouble.kind === 'credentials')
    return new LongplayError(
      'incomplete',
      'S161',
      `${host} cannot be read with the present credentials: ${trouble.told}`,
      'provide credentials as for the AWS tools (AWS_PROFILE, --profile, aws sso login), then run the same command again',
    );
  if (trouble.kind === 'again')
    return new LongplayError(
      'incomplete',
      'S160',
      `${host} did not answer: ${trouble.told}, ${failures} attempt${failures === 1 ? '' : 's'}`,
      'check the network, --endpoint and --region, then run the same command again; it continues',
    );
  const told = 'told' in trouble ? trouble.told : trouble.kind;
  return new LongplayError(
    'incomplete',
    'S166',
    `${host} gave a wrong answer: ${told}`,
    'check that --endpoint is the URL of an S3 API, with the right scheme',
  );
}
