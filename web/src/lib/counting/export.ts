import { inFileName } from '$lib/state/download';
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
	return `scans-${inFileName(session.count_name) || 'count'}-${session.started_at.slice(0, 10)}.csv`;
}
