/**
 * Returns the processor time that this process has used, in ms. Tests that hold that work does not grow with the square of its input compare it with a limit many
 * times what is needed: unlike elapsed time, it does not grow with other work on the machine.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
