PRAGMA application_id = 1886549619;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE access_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, resource TEXT NOT NULL, scopes TEXT NOT NULL,
        token BLOB NOT NULL, expires_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, resource, scopes));
INSERT INTO "access_token" VALUES('global','tenant-1','client-1','forms@contoso.example','https://outlook.office.com','https://outlook.office.com/IMAP.AccessAsUser.All openid',X'2E8A1BED2B000873963BA95351382B6064468E061EB15946AD94C430DD426BCCFF29','2031-03-04T06:06:07.000000+00:00');
CREATE TABLE client_secret (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        key_id TEXT NOT NULL, display_name TEXT NOT NULL, end_at TEXT NOT NULL,
        secret BLOB NOT NULL, start_at TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, key_id));
INSERT INTO "client_secret" VALUES('global','tenant-1','client-1','key-1','aem-forms','2031-08-31T05:06:07.000000+00:00',X'6B610D4421379EB15292ED701B3A32CB20090E2696B4088731632422267AFD03416CF3B181696F1DC4','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE granted_scopes (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, resource TEXT NOT NULL, scopes TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, resource));
INSERT INTO "granted_scopes" VALUES('global','tenant-1','client-1','forms@contoso.example','https://outlook.office.com','https://outlook.office.com/IMAP.AccessAsUser.All openid','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE holder (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, name TEXT NOT NULL, keeps_successors INTEGER NOT NULL,
        generation INTEGER, issued_at TEXT, token_handed_at TEXT,
        key_id TEXT, key_end_at TEXT, key_handed_at TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, address, name));
INSERT INTO "holder" VALUES('global','tenant-1','client-1','forms@contoso.example','dotenv mail.env',0,1,'2031-03-04T05:06:07.000000+00:00','2031-03-04T05:06:07.000000+00:00','key-1','2031-08-31T05:06:07.000000+00:00','2031-03-04T05:06:07.000000+00:00');
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
INSERT INTO "meta" VALUES('key_check',X'862728664BF12DE643B3A8E2E676B783FB7E5C9ECC132C19211119416DB9FD250BBF770B16AE6A9506140A7DFA1E3BFB69');
CREATE TABLE pending_sign_in (
        state_digest TEXT PRIMARY KEY,
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, payload BLOB NOT NULL, created_at TEXT NOT NULL);
INSERT INTO "pending_sign_in" VALUES('f36b45ae818809ee24ae2489edabfe3cf2a12627b6929c07fc7a3b885d414d44','global','tenant-1','client-1','forms@contoso.example',X'97950DA7A23B69403AF6A7D6028657C80CC925CBDDCAC735B8FD041526A0C21B5570203A5E0D9A2ADED86612C43930537176473F9537B569AA23104C318FFCFAA2DD901D1A79BDE9BFB2A2FD3B20FC8F18EE77069B4D1EB78D700FAA342FA5848872DBD844190928A6DF07DA76888C2CFB9555C837C30FFB6AE75FF73FB45E87C4779A842FF8429C91B69A6858A6C2420432BD0DDCCB359CFA0ABBC59AA27CFE95551387233ACCDE312A17747FA5FBC671D8F569C162C8A9991CF8A040528DDF9EB2DF6231AF3EF9112FFE9B9AC35B9ABD16D1B9D686FCD0134F8C286E9BFE5F3181D8E806091674B8F27B048079D9A998101D50936C83A5B2BB4C94D506EB6C2BBEE2E4B4BDC1639FACD65F17B32220C8C965','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE refresh_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, generation INTEGER NOT NULL, token BLOB NOT NULL,
        issued_at TEXT NOT NULL, last_used_at TEXT, suspect_reason TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, address, generation));
INSERT INTO "refresh_token" VALUES('global','tenant-1','client-1','forms@contoso.example',1,X'C4B2F714065DA20DABA7D4544B6C0A213A6B2836BA5599F7D55FC3841A0DBAC445091BF0EF','2031-03-04T05:06:07.000000+00:00',NULL,NULL);
INSERT INTO "refresh_token" VALUES('global','tenant-1','client-1','forms@contoso.example',2,X'984C49D41925FD99F1BD3720C96E2B4C16821208A63DEAD4F581695D3E681090AD65BDFB3C','2031-03-04T05:11:07.000000+00:00',NULL,NULL);
CREATE TABLE remembered_ids (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, unique_name TEXT NOT NULL,
        client_id TEXT NOT NULL, application_object_id TEXT NOT NULL,
        service_principal_object_id TEXT NOT NULL, written TEXT NOT NULL DEFAULT '', written_at TEXT,
        PRIMARY KEY (cloud, tenant_id, unique_name));
INSERT INTO "remembered_ids" VALUES('global','tenant-1','aem-forms-mail','client-1','application-1','principal-1','AddPassword','2031-03-04T05:06:07.000000+00:00');
COMMIT;
