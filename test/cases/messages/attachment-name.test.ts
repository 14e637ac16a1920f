import { expect, test } from 'vitest';
import { attachmentName, isInert } from '../../../src/cases/messages/attachment-name.ts';
import { readMail } from '../../../src/cases/messages/read-mail.ts';

test.each([
  ['contract.PDF', 'attachment-3.pdf'],
  ['photo.jpeg', 'attachment-3.jpeg'],
  ['page.html', 'attachment-3.html.bin'],
  ['page.xhtml', 'attachment-3.xhtml.bin'],
  ['drawing.svg', 'attachment-3.svg.bin'],
  ['feed.xml', 'attachment-3.xml.bin'],
  ['mail.mht', 'attachment-3.mht.bin'],
  ['start.desktop', 'attachment-3.desktop.bin'],
  ['program.exe', 'attachment-3.exe.bin'],
  ['picture.png.html', 'attachment-3.html.bin'],
  ['strange.zzz', 'attachment-3.zzz.bin'],
  ['none', 'attachment-3.bin'],
  ['../../etc/passwd', 'attachment-3.bin'],
  [null, 'attachment-3.bin'],
])('an attachment named %s is stored as %s', (given, kept) => {
  expect(attachmentName(3, given)).toBe(kept);
  expect(isInert(kept)).toBe(true);
});

test('no attachment can be executed under its stored name', async () => {
  const boundary = 'x';
  const part = (name: string): string =>
    `--${boundary}\r\nContent-Type: image/svg+xml; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n<svg onload="alert(1)"/>\r\n`;
  const mail = `From: a@a.example\r\nDate: Wed, 12 Mar 2025 10:15:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${part('a.svg')}${part('b.html')}--${boundary}--\r\n`;
  const { attachments } = await readMail({ name: 'a.eml', bytes: Buffer.from(mail) }, () => {});
  expect(attachments.map(({ path }) => path)).toEqual(['attachment-1.svg.bin', 'attachment-2.html.bin']);
});
