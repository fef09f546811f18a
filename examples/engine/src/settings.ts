// Settings, read from the environment.

export function setting(name: string, usual?: string): string {
  const value = process.env[name] || usual;
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

export function number(name: string, usual: number): number {
  const value = Number(setting(name, `${usual}`));
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number`);
  return value;
}
