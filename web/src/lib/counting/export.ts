import { scannedAt, type Op, type ScanOp, type Session } from './model';

const COLUMNS = ['scan', 'count', 'facility', 'area', 'code', 'sku_id', 'quantity', 'how', 'scanned_at', 'undoes', 'state', 'problem'] as const;

/** What the server doesn't have, as a table: whatever becomes of the session, the work isn't lost. */
export function unsentCsv(session: Session, ops: readonly Op[]): string {
	const rows = ops
		.filter((op): op is ScanOp => op.kind === 'scan' && op.state !== 'safe')
		.map((op) => [
			op.id,
			session.count_name,
			session.facility_name,
			session.area,
			op.code,
			op.sku_id,
			op.quantity,
			op.how,
			scannedAt(op),
			op.undoes,
			op.state,
			op.problem ? op.problem.detail || op.problem.title || op.problem.type : null
		]);
	return [COLUMNS, ...rows].map((row) => row.map(cell).join(',') + '\r\n').join('');
}

function cell(value: string | number | null): string {
	if (value === null) return '';
	if (typeof value === 'number') return String(value);
	// A spreadsheet must not take a label for a formula.
	const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function fileName(session: Session): string {
	const name = session.count_name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
	return `scans-${name || 'count'}-${session.started_at.slice(0, 10)}.csv`;
}

/** Hands a file to the browser's downloads. */
export function save(name: string, text: string): void {
	const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
	const link = document.createElement('a');
	link.href = address;
	link.download = name;
	link.click();
	// Not at once: the download has to begin first.
	setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
