PRAGMA application_id = 1886549619;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE access_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, resource TEXT NOT NULL, scopes TEXT NOT NULL,
        token BLOB NOT NULL, expires_at TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, address, resource, scopes));
INSERT INTO "access_token" VALUES('global','tenant-1','client-1','forms@contoso.example','https://outlook.office.com','https://outlook.office.com/IMAP.AccessAsUser.All openid',X'1067FE137DBE595A10E025278AB1B8DA36830F7720462EE84BC58DC8B80B74480589','2031-03-04T06:06:07.000000+00:00');
CREATE TABLE client_secret (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        key_id TEXT NOT NULL, display_name TEXT NOT NULL, end_at TEXT NOT NULL,
        secret BLOB NOT NULL,
        PRIMARY KEY (cloud, tenant_id, client_id, key_id));
INSERT INTO "client_secret" VALUES('global','tenant-1','client-1','key-1','aem-forms','2031-08-31T05:06:07.000000+00:00',X'D17C6E551D21B12B36CEFAFF00E0F5057E1B1F2A7C3A9613B84ABEE596EA6B22CE815A32131EBCD191');
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
INSERT INTO "meta" VALUES('key_check',X'F632DFC6296E52E4599707166BA1DE0E061485318EC9E03BB00F300C135109A02E0EFA19B0B4DD1B822A024E92725C597E');
CREATE TABLE pending_sign_in (
        state_digest TEXT PRIMARY KEY,
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, payload BLOB NOT NULL, created_at TEXT NOT NULL);
INSERT INTO "pending_sign_in" VALUES('f36b45ae818809ee24ae2489edabfe3cf2a12627b6929c07fc7a3b885d414d44','global','tenant-1','client-1','forms@contoso.example',X'C0785B6B38259DC740F23B8490F683768BC295A79A3772A3EAC517D17D9533862B54056BE26B2FB818D67C5A2C42E60804C72EC4AD4F38F9D2C78B4C6E33F6C2A3FBA1064FE2660CBFA6900B85B305D2D83CD40FA24FB8598B74693E0B819AD604750BA51B67FF16A8CAF1380FD699E89AB3D513F5A33722747401CCBA92C5AB5BE03B30F1F0BE4410823803A26A0703BA94E76FDC2A212C137F1F850843531A7BF101588B32D633C1FF79EFD93AD6FE50C0FE841580D7F7CF739B3192C6A082DB4EF828E293A94AFD085C3656A04BBA712A3EE5ABCE4658BBAF019A0E77C294D5A4C202466EBB1B8427FEC42B8DDDCAA1E3809A56BFD29A046CE8B2E154E986CC002650896FA96080D34E2E5F11ED9C4E447A','2031-03-04T05:06:07.000000+00:00');
CREATE TABLE refresh_token (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
        address TEXT NOT NULL, generation INTEGER NOT NULL, token BLOB NOT NULL,
        issued_at TEXT NOT NULL, last_used_at TEXT, suspect_reason TEXT,
        PRIMARY KEY (cloud, tenant_id, client_id, address, generation));
INSERT INTO "refresh_token" VALUES('global','tenant-1','client-1','forms@contoso.example',1,X'4A61673B97A89C2EF4DE0DCD5B50271AC1D1F11D3DF6F6B1408A6A48C6CB0ECA0E38B56D4C','2031-03-04T05:06:07.000000+00:00',NULL,NULL);
INSERT INTO "refresh_token" VALUES('global','tenant-1','client-1','forms@contoso.example',2,X'2D0D833200E498FC78F32992E16DEAB9EDEC3D51CDFCB4368F75EF251FC29E4AB97C474C92','2031-03-04T05:11:07.000000+00:00',NULL,NULL);
CREATE TABLE remembered_ids (
        cloud TEXT NOT NULL, tenant_id TEXT NOT NULL, unique_name TEXT NOT NULL,
        client_id TEXT NOT NULL, application_object_id TEXT NOT NULL,
        service_principal_object_id TEXT NOT NULL,
        PRIMARY KEY (cloud, tenant_id, unique_name));
INSERT INTO "remembered_ids" VALUES('global','tenant-1','aem-forms-mail','client-1','application-1','principal-1');
COMMIT;
