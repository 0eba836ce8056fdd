// The routes that each scope opens, as Sources/Resources/Routes.swift has them: a test holds both together. Loaded when somebody looks.

export const routesOf = {
  'links:read': [
    'GET /links', 'GET /links/count', 'GET /links/export', 'GET /tags', 'GET /links/{id}', 'GET /links/{id}/qr',
    'GET /qr-codes', 'GET /qr-codes/{id}', 'GET /qr-codes/{id}/image',
    'GET /domains', 'GET /domains/{id}',
  ],
  'links:write': [
    'POST /links', 'POST /links/bulk', 'PATCH /links/bulk', 'DELETE /links/bulk', 'POST /links/bulk/restore', 'PATCH /links/matching',
    'DELETE /links/matching', 'POST /links/matching/restore',
    'PUT /links/by-external-id/{external_id}', 'PATCH /links/{id}', 'DELETE /links/{id}', 'POST /links/{id}/restore', 'POST /qr-codes',
    'PATCH /qr-codes/{id}', 'DELETE /qr-codes/{id}', 'POST /qr-codes/{id}/restore',
  ],
  'analytics:read': [
    'GET /analytics/clicks', 'GET /analytics/clicks/export', 'GET /analytics/usage', 'GET /bio-pages/{id}/analytics',
  ],
  'pages:read': [
    'GET /bio-pages', 'GET /bio-pages/{id}', 'GET /bio-pages/{id}/preview', 'GET /bio-pages/{id}/versions',
    'GET /bio-pages/{id}/versions/{number}', 'GET /images', 'GET /images/{id}',
  ],
  'pages:write': [
    'POST /bio-pages', 'PATCH /bio-pages/{id}', 'DELETE /bio-pages/{id}', 'POST /bio-pages/{id}/restore', 'POST /bio-pages/{id}/publish',
    'POST /bio-pages/{id}/unpublish', 'POST /bio-pages/{id}/versions/{number}/restore', 'POST /images', 'DELETE /images/{id}',
  ],
  'webhooks:read': [
    'GET /webhooks', 'GET /webhooks/{id}', 'GET /webhooks/{id}/deliveries', 'GET /webhooks/{id}/deliveries/{delivery_id}',
    'GET /events', 'GET /events/{id}',
  ],
  'webhooks:write': [
    'POST /webhooks', 'PATCH /webhooks/{id}', 'DELETE /webhooks/{id}', 'POST /webhooks/{id}/rotate-secret',
    'POST /webhooks/{id}/test', 'POST /webhooks/{id}/deliveries/{delivery_id}/replay', 'POST /webhooks/{id}/recover',
  ],
  'team:read': [
    'GET /team/members', 'GET /team/members/{id}', 'GET /team/invitations', 'GET /workspace',
  ],
  'keys:write': [
    'POST /api-keys', 'GET /api-keys', 'GET /api-keys/{id}', 'PATCH /api-keys/{id}', 'DELETE /api-keys/{id}',
    'POST /api-keys/{id}/rotate', 'PATCH /workspace',
  ],
  'audit:read': [
    'GET /audit-log', 'GET /audit-log/export',
  ],
  'domains:write': [
    'POST /domains', 'PATCH /domains/{id}', 'DELETE /domains/{id}', 'POST /domains/{id}/verify',
  ],
  'members:write': [
    'PATCH /team/members/{id}', 'DELETE /team/members/{id}', 'POST /team/members/{id}/reset', 'POST /team/invitations',
    'DELETE /team/invitations/{id}',
  ],
};
