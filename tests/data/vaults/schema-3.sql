PRAGMA application_id = 1886549619;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE access_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, resource TEXT NOT NULL, scopes TEXT NOT NULL,
        token BLOB NOT NULL, expires_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, resource, scopes));
INSERT INTO "access_token" VALUES('global','tenant-1','client-1','forms@contoso.example','https://outlook.office.com','https://outlook.office.com/IMAP.AccessAsUser.All openid',X'83BE46D9B617E21BE2D9346086E8AB950270234A74AD136A7448AEF86B3B06198F9F','2031-03-04T06:06:07.000000+00:00');
CREATE TABLE client_secret (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        key_id TEXT NOT NULL, display_name TEXT NOT NULL, end_at TEXT NOT NULL,
        secret BLOB NOT NULL, start_at TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, key_id));
INSERT INTO "client_secret" VALUES('global','tenant-1','client-1','key-1','aem-forms','2031-08-31T05:06:07.000000+00:00',X'FC39C0076B142BE089592DB0702A8247F8E6552A24513554FC7FA918A061B425409034560C16A95BE8','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE granted_scopes (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, resource TEXT NOT NULL, scopes TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, resource));
INSERT INTO "granted_scopes" VALUES('global','tenant-1','client-1','forms@contoso.example','https://outlook.office.com','https://outlook.office.com/IMAP.AccessAsUser.All openid','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE handoff (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, holder TEXT NOT NULL, generation INTEGER NOT NULL,
        handed_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, holder));
INSERT INTO "handoff" VALUES('global','tenant-1','client-1','forms@contoso.example','dotenv mail.env',1,'2031-03-04T05:06:07.000000+00:00');
CREATE TABLE intent (
        intent_id TEXT PRIMARY KEY,
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, unique_name TEXT NOT NULL,
        operation TEXT NOT NULL, display_name TEXT NOT NULL, key_ids_present TEXT NOT NULL,
        begun_at TEXT NOT NULL);
INSERT INTO "intent" VALUES('intent-1','global','tenant-1','aem-forms-mail','mint','aem-forms','key-0','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE mailbox (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, unique_name TEXT NOT NULL, sign_in_as TEXT NOT NULL,
        authority TEXT NOT NULL, protocols TEXT NOT NULL, permissions TEXT NOT NULL,
        object_id TEXT NOT NULL, account_tenant_id TEXT NOT NULL, signed_in_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address));
INSERT INTO "mailbox" VALUES('global','tenant-1','client-1','forms@contoso.example','aem-forms-mail','owner@contoso.example','tenant','imap smtp','IMAP.AccessAsUser.All SMTP.Send offline_access','oid-1','tenant-1','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
INSERT INTO "meta" VALUES('vault_id','0123456789abcdef0123456789abcdef');
INSERT INTO "meta" VALUES('key_kind','environment');
INSERT INTO "meta" VALUES('key_check',X'EFF3A1F72EC14A66E470DDAC93173F609F4436DED28014039D0E0C752A28669B69A70F127BC977FC04CBBECB601B8772F3');
CREATE TABLE pending_sign_in (
        state_digest TEXT PRIMARY KEY,
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, payload BLOB NOT NULL, created_at TEXT NOT NULL);
INSERT INTO "pending_sign_in" VALUES('f36b45ae818809ee24ae2489edabfe3cf2a12627b6929c07fc7a3b885d414d44','global','tenant-1','client-1','forms@contoso.example',X'5CF0C853A9E946FD5636B6C73343AD9122590C0D84A341823A29C02BC031C2A5006691664019B74FDE8D5F0AA775C1C57989F77787B58C830DEB57BB265158522B7FFC8635211C793EC1200192471771C4B38E2B3B31E3CED20F0471D2E1BBAC25E3ECEAD3377C44B786B83E2CAB723474DDEA5B9E0A555BA3D2BCFC204524F6D3B361F2CAA74940892F94D06F8D262AA3BAFB2CEC27DC8A732392BC03F329EE1F70E6D2FF73B78260D05CEADCF8B9F4248C8E1FC61C9C1C672EF7D0F600175C3AB01A06176BCB43DBCE6E44E420092C56143AC2061D670DFD85D2BEA40D9FD6488747DFF05D3F994497293E2059BCF8394992F22EE743A9E28BAC63EF6C125A49C55B7997B7722156A01DB47120625D2EBB07','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE refresh_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, generation INTEGER NOT NULL, token BLOB NOT NULL,
        issued_at TEXT NOT NULL, last_used_at TEXT, suspect_reason TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, address, generation));
INSERT INTO "refresh_token" VALUES('global','tenant-1','client-1','forms@contoso.example',1,X'9132B86CACCA0E925D8D0DC89B6EF676885D17BCD88AA8AA0BE1B59239CC44CEA9FF376959','2031-03-04T05:06:07.000000+00:00',NULL,NULL);
INSERT INTO "refresh_token" VALUES('global','tenant-1','client-1','forms@contoso.example',2,X'9482B784F21BB04E009A627C12060FAE4EAC0486E144EAEFCC4DAC9CFE7EE76DD00908BAA5','2031-03-04T05:11:07.000000+00:00',NULL,NULL);
CREATE TABLE remembered_ids (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, unique_name TEXT NOT NULL,
        client_id TEXT NOT NULL, application_object_id TEXT NOT NULL,
        service_principal_object_id TEXT NOT NULL, written TEXT NOT NULL DEFAULT '', written_at TEXT,
        PRIMARY KEY (cloud, tenant_id, unique_name));
INSERT INTO "remembered_ids" VALUES('global','tenant-1','aem-forms-mail','client-1','application-1','principal-1','AddPassword','2031-03-04T05:06:07.000000+00:00');
COMMIT;
