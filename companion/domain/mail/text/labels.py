"""The words that stand before values in order mails.

In English, German, French, Spanish, Italian, Dutch, Portuguese and Japanese; the commonest also in Polish, Swedish,
Danish, Norwegian, Finnish and Czech.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterator


class Label(enum.Enum):
    """What a label announces."""

    ORDER_NUMBER = enum.auto()
    ORDER_PASSWORD = enum.auto()
    KEY = enum.auto()
    PRODUCT = enum.auto()
    VERSION = enum.auto()
    EXPIRES = enum.auto()
    BOUGHT_ON = enum.auto()
    PRICE = enum.auto()
    RENEWS_ON = enum.auto()
    RENEWAL_PRICE = enum.auto()
    RENEWAL_TERM = enum.auto()
    AUTO_RENEW = enum.auto()
    SEATS = enum.auto()
    RETURN_BY = enum.auto()
    CANCEL_BY = enum.auto()
    DOWNLOAD = enum.auto()
    DOWNLOAD_UNTIL = enum.auto()
    MAKER = enum.auto()
    QUANTITY = enum.auto()
    PERIOD = enum.auto()
    """From when until when something runs."""
    ITEM_PRICE = enum.auto()
    OTHER = enum.auto()
    """A label whose value is of no interest; it keeps its value from being taken for something else."""


_WORDS: dict[Label, str] = {
    Label.ORDER_NUMBER: """
        order number; order no; order nr; order id; order #; order; order reference; order ref; order ref.; your order number;
        your order; reference number; order reference number; purchase order number; sales order; confirmation number;
        order confirmation number; order code; transaction number; your reference number; purchase number
        bestellnummer; bestell-nr; bestellnr; bestellung; bestellung nr; ihre bestellnummer; deine bestellnummer;
        auftragsnummer; auftrags-nr; auftrag; referenznummer; bestellreferenz; vorgangsnummer; bestell-id; ihre bestellung
        numéro de commande; n° de commande; no de commande; nº de commande; commande n°; commande no; commande;
        commande numéro; référence de commande; référence commande; numéro de la commande; votre commande; n° commande;
        numéro de référence; votre numéro de commande
        número de pedido; n.º de pedido; nº de pedido; n° de pedido; no. de pedido; pedido n.º; pedido nº; pedido;
        número de orden; su número de pedido; tu número de pedido; referencia del pedido; id del pedido; orden;
        número de referencia; pedido número
        numero d'ordine; numero ordine; n. ordine; n° ordine; ordine n.; ordine n°; ordine; numero dell'ordine;
        riferimento ordine; rif. ordine; rif. ordine n.; ordine nr; codice ordine; id ordine; numero di riferimento; ordine numero
        bestelnummer; bestelnr; bestel-nr; ordernr; ordernummer; bestelling; bestelling nr; uw bestelnummer; je bestelnummer; referentienummer;
        uw ordernummer; bestel-id
        número do pedido; nº do pedido; n.º do pedido; pedido nº; número da encomenda; nº da encomenda; encomenda;
        encomenda nº; n.º da encomenda; código do pedido; número de referência; referência do pedido; seu pedido
        注文番号; ご注文番号; オーダー番号; 注文id; ご注文no; 受注番号; 注文no
        numer zamówienia; nr zamówienia; zamówienie; zamówienie nr; ordernummer; beställningsnummer; orderid; ordrenummer; ordrenr;
        ordre-id; bestillingsnummer; tilausnumero; tilausnro; číslo objednávky; objednávka č.; objednávka; customer order number
    """,
    Label.ORDER_PASSWORD: """
        order password; access code; order pin; bestellpasswort; mot de passe de commande; contraseña del pedido;
        password ordine; bestelwachtwoord; senha do pedido; 注文パスワード
    """,
    Label.KEY: """
        license key; licence key; your license key; your licence key; license; licence; license code; licence code;
        license number; licence number; serial number; serial; serial no; serial key; serial code; product key;
        your product key; activation key; activation code; your activation code; registration key; registration code;
        registration number; unlock code; unlock key; key; your key; software key; cd key; license keys; licence keys;
        activation keys; keycode; key code; license key(s); your serial number; subscription key; product activation code
        lizenzschlüssel; ihr lizenzschlüssel; dein lizenzschlüssel; lizenzcode; lizenznummer; seriennummer; serien-nr; lizenz-nr; lizenznr; serien-nummer; lizenz-key;
        ihre seriennummer; produktschlüssel; aktivierungsschlüssel; aktivierungscode; freischaltcode; lizenzkey;
        registrierungsschlüssel; registrierungscode; freischaltschlüssel; produkt-key; produktkey; lizenz; schlüssel
        clé de licence; votre clé de licence; clé de produit; clé produit; clé d'activation; code d'activation;
        numéro de série; n° de série; no de série; n° de licence; clé d'enregistrement; code de licence; numéro de licence; clé; code d'enregistrement; licence
        clave de licencia; su clave de licencia; tu clave de licencia; clave de producto; clave del producto;
        clave de activación; código de activación; número de serie; n.º de serie; nº de serie; n.º de licencia; código de licencia; clave; clave de registro;
        código de registro; número de licencia; licencia
        chiave di licenza; la tua chiave di licenza; codice di licenza; codice licenza; chiave licenza; codice seriale;
        chiave di attivazione; codice di attivazione; codice attivazione; numero di serie; n. di serie; n° di serie; numero seriale; numero di licenza; chiave;
        chiave prodotto; codice prodotto; chiave di registrazione; codice di registrazione; product key
        licentiesleutel; uw licentiesleutel; je licentiesleutel; licentiecode; licentienummer; serienummer; serienr; licentienr; sleutel; licentie;
        activeringscode; activatiecode; activeringssleutel; activatiesleutel; productcode; productsleutel;
        registratiecode; registratiesleutel
        chave de licença; sua chave de licença; a sua chave de licença; chave do produto; chave de produto; chave;
        chave de ativação; código de ativação; número de série; n.º de série; nº de série; n° de série; código de licença; chave de registro; chave de registo;
        código de registro; número de licença
        ライセンスキー; シリアル番号; シリアルナンバー; シリアルキー; プロダクトキー; アクティベーションコード;
        アクティベーションキー; 認証キー; 製品キー; 登録キー; ライセンスコード; ライセンス番号; 登録コード
        claves de licencia; claves de producto; clés de licence; clés d'activation; chiavi di licenza; licentiesleutels;
        chaves de licença; numéros de série; números de serie; numeri di serie; serienummers; seriennummern; serial numbers;
        redemption code; redeem code; einlösecode; einlöse-code; steam key; game key; retail key; esd key; gog key;
        purchase code; item purchase code; license key code; authorization code; authorisation code
        klucz licencyjny; klucz produktu; numer seryjny; kod aktywacyjny; klucz; licensnyckel; produktnyckel; serienummer; aktiveringskod;
        licensnøgle; produktnøgle; licenskode; aktiveringskode; lisensnøkkel; produktnøkkel; lisenskode; lisenssiavain; lisenssikoodi;
        lisenssinumero; tuoteavain; aktivointikoodi; licenční klíč; licenční číslo; produktový klíč; sériové číslo; aktivační kód
    """,
    Label.PRODUCT: """
        product; product name; products; item; plan; subscription plan; package; product/service; purchased item; purchased product; item name; items; software; title; description; article; program;
        produkt; produktname; produkte; artikel; artikelname; bezeichnung; programm; beschreibung; posten; produktbezeichnung
        produit; nom du produit; produits; article; articles; logiciel; désignation; description; programme
        producto; nombre del producto; productos; artículo; artículos; programa; descripción; descripcion
        prodotto; nome del prodotto; prodotti; nome prodotto; articolo; articoli; programma; descrizione
        product; productnaam; producten; artikel; artikelen; programma; omschrijving; beschrijving
        produto; nome do produto; produtos; artigo; artigos; programa; descrição; item; itens
        商品名; 製品名; 商品; 製品; 品名; ソフトウェア; 内容; ご注文商品; ご購入商品
        produkt; nazwa produktu; produkty; produktnamn; produktnavn; vare; varer; vara; tuote; tuotteet; tuotenimi; název produktu;
        produkty; položka; zboží; pozycja; subscription
    """,
    Label.VERSION: """
        version; product version; release; versión; versione; versie; versão; バージョン
    """,
    Label.EXPIRES: """
        expires; expires on; expires at; expiry; expiry date; expiration; expiration date; expiring on; expired on; valid until;
        valid till; valid through; valid to; valid thru; license valid until; licence valid until; good until;
        license expires; licence expires; license expires on; licence expires on; license expiration; active until;
        licence expiry; license expiry; license expiration date; licence expiry date; subscription ends; paid until;
        subscription expires; subscription valid until; subscription end date; end date; ends on; expiry of licence;
        subscription expiration date; maintenance until; updates until; support until; paid through; good through;
        valid up to; license end date; licence end date; access until; term ends; subscription active until; membership until
        gültig bis; abgelaufen am; läuft ab; läuft ab am; ablaufdatum; lizenz gültig bis; lizenzende; ablauf; laufzeit bis; gültigkeit bis;
        laufzeitende; lizenz läuft ab am; abo gültig bis; bezahlt bis; gültig bis zum; lizenzablauf; vertragsende;
        aktiv bis; läuft bis; abonnement gültig bis; ende der laufzeit; updates bis; wartung bis; enddatum
        valable jusqu'au; valable jusqu'à; expire le; expiré le; expirée le; expiration; date d'expiration; valide jusqu'au; date de fin; expire;
        licence valable jusqu'au; fin de validité; date de fin de validité; échéance; date d'échéance; actif jusqu'au;
        licence valide jusqu'au; expire au; payé jusqu'au; abonnement valable jusqu'au; validité jusqu'au; expiration le
        válido hasta; válida hasta; valido hasta; caduca; caduca el; caducó el; venció el; fecha de caducidad; fecha de vencimiento; vence;
        vence el; vencimiento; caducidad; expira; expira el; fecha de expiración; licencia válida hasta; activo hasta;
        válido hasta el; válida hasta el; vigente hasta; pagado hasta; fecha de fin; fecha fin
        valido fino al; valida fino al; scade; scade il; scaduta il; scaduto il; data di scadenza; scadenza; scadenza licenza; attivo fino al;
        licenza valida fino al; valido fino a; valida fino a; data scadenza; pagato fino al; valido sino al; data di fine
        geldig tot; verlopen op; verloopt; verloopt op; vervaldatum; einddatum; licentie geldig tot; geldig t/m; geldig tot en met;
        loopt af op; vervalt op; actief tot; betaald tot; licentie verloopt op; verloopdatum; afloopdatum
        válido até; válida até; expira em; expirou em; expira; data de validade; data de expiração; validade; vence em; ativo até;
        licença válida até; data de vencimento; vencimento; validade até; pago até; válido até o dia; termina em;
        data de término; data de fim
        有効期限; 有効期間; ライセンス有効期限; 契約終了日; 終了日; 期限; 利用期限; サブスクリプション有効期限; 満了日; ご利用期限
        ważny do; ważna do; ważne do; wygasa; data wygaśnięcia; data ważności; ważność do; giltig till; giltigt till; gäller till; utgångsdatum; går ut;
        gyldig til; udløber; udløbsdato; utløper; utløpsdato; voimassa; vanhenee; voimassa asti; platnost do; platí do; vyprší; datum vypršení
    """,
    Label.BOUGHT_ON: """
        order date; purchase date; date paid; date issued; date of payment; purchased at; billing date; issued on; date of purchase; purchased on; date of order; ordered on; bought on; date; purchased;
        payment date; date purchased; date ordered; order placed; placed on; transaction date; paid on; ordered; order time
        bestelldatum; kaufdatum; ausstellungsdatum; bezahlt am; zahlung am; bestellt; rechnung vom; auftragsdatum; datum; bestellt am; gekauft am; datum der bestellung; zahlungsdatum;
        datum des kaufs; bestellzeitpunkt
        date de commande; date d'achat; date d'émission; payé le; date du règlement; date; commandé le; acheté le; date de la commande; date du paiement; date de paiement
        fecha del pedido; fecha de compra; fecha de emisión; pagado el; comprado; fecha; fecha de pedido; comprado el; fecha de la compra; fecha de pago; pedido el
        data dell'ordine; data ordine; data di emissione; pagato il; data di pagamento; data pagamento; data di acquisto; data acquisto; data; acquistato il; data d'acquisto; ordinato il
        besteldatum; aankoopdatum; datum van uitgifte; betaald op; datum bestelling; datum van bestelling; datum; orderdatum; besteld op; gekocht op; datum van aankoop; betaaldatum
        data do pedido; data da compra; data de emissão; pago em; data de pagamento; data de compra; data; data da encomenda; comprado em; data do pagamento
        注文日; ご注文日; 購入日; ご購入日; 注文日時; ご注文日時; 日付; 購入日時; 決済日
        data zamówienia; data zakupu; beställningsdatum; orderdatum; inköpsdatum; købsdato; ordredato; bestillingsdato; kjøpsdato;
        tilauspäivä; ostopäivä; datum objednávky; datum nákupu; date of your order
    """,
    Label.PRICE: """
        total; order total; your total for this transaction; total for this order; order total (incl. tax); grand total; total amount; amount; amount paid; total paid; total price; amount charged; paid;
        total charged; you paid; order amount; amount due; payment amount; total (incl. tax); total incl. vat; total due;
        total including vat; total incl. tax; charge; total cost; payment; price paid; total payment; invoice total
        gesamt; gesamtbetrag; gesamtbetrag für diese transaktion; rechnungssumme; total eur; ihr gesamtbetrag; gesamtsumme; summe; gesamtpreis; betrag; rechnungsbetrag; endbetrag; gesamt inkl. mwst; bezahlt;
        gesamtbetrag inkl. mwst; zu zahlender betrag; bezahlter betrag; gesamt (inkl. mwst.); zahlbetrag; endsumme
        total; total ttc; total pour cette transaction; votre total; total général; montant débité; montant total; montant; montant payé; total payé; total de la commande; prix total; somme;
        montant ttc; total à payer; montant réglé
        total; importe total; total de esta transacción; total de la transacción; su total; importe cobrado; importe; total del pedido; total pagado; precio total; monto total; monto; cantidad pagada;
        total a pagar; importe pagado; total con iva
        totale; totale ordine; totale per questa transazione; totale della transazione; totale complessivo; importo addebitato; importo totale; importo; totale pagato; totale dell'ordine; prezzo totale; importo pagato;
        totale iva inclusa; totale da pagare
        totaal; totaalbedrag; totaal voor deze transactie; eindtotaal; in rekening gebracht; bedrag; totaalprijs; totaal incl. btw; betaald bedrag; totaal betaald; totaal inclusief btw;
        te betalen
        total; valor total; total desta transação; total da transação; total da compra; valor cobrado; total do pedido; valor; total pago; preço total; montante; valor pago; total da encomenda;
        total a pagar
        合計; 合計金額; ご請求額; ご請求金額; お支払い金額; 総額; お支払金額; 請求金額; 合計額; ご注文合計; 税込合計; お支払い総額
        gross; gross total; gross amount; amount billed; total billed; you were charged; billed amount; you have paid; betrag bezahlt
        razem; kwota; łącznie; do zapłaty; suma; suma brutto; totalt; summa; att betala; totalsumma; i alt; beløb; totalbeløb; beløp; totalbeløp;
        yhteensä; loppusumma; celkem; celková cena; celkem k úhradě; cena celkem; celkem s dph; cena celkem s dph; razem brutto;
        wartość zamówienia; cena całkowita; samlet beløb; pris i alt; sum; totalsum; totalt beløp; pris totalt; hinta yhteensä;
        maksettava; montant prélevé; montant facturé; abgebuchter betrag; importe facturado; importo fatturato; gefactureerd bedrag
    """,
    Label.RENEWS_ON: """
        next payment; next payment date; next billing date; next charge; next charge date; renews on; renewal date; renews;
        next bill; next bill on; next renewal; next renewal date; next billing; auto-renews on; automatic renewal date; next invoice; next payment on;
        will renew on; renews automatically on; subscription renews on; next bill date; next invoice date; auto-renewal date;
        renewal on; next payment due; renew on; automatically renew on; renewing on; renews again on; renew automatically on; renews automatically from; auto-renew on; renewed on or after; your subscription renews on
        nächste zahlung; nächste abbuchung; verlängert sich am; verlängerungsdatum; nächste verlängerung; verlängerung am;
        nächster zahlungstermin; nächste rechnung; nächster abrechnungstermin; nächstes abrechnungsdatum; verlängert sich;
        automatische verlängerung am; nächste abrechnung; datum der nächsten zahlung; verlängert sich automatisch am; verlängert sich automatisch zum; wird automatisch verlängert am
        prochain paiement; date de renouvellement; renouvellement le; prochaine échéance; prochain prélèvement;
        renouvelé le; prochaine facturation; date du prochain paiement; prochain renouvellement; se renouvelle le;
        date de prochaine facturation; renouvellement automatique le; renouvelé automatiquement le; renouvelée automatiquement le; se renouvelle automatiquement le
        próximo pago; fecha de renovación; se renueva el; próxima renovación; próximo cobro; renovación el;
        fecha del próximo pago; próxima facturación; próxima fecha de facturación; próximo cargo; renovación automática el; se renovará automáticamente el; se renovará el
        prossimo pagamento; data di rinnovo; si rinnova il; prossimo rinnovo; rinnovo il; prossimo addebito; data rinnovo;
        prossima fatturazione; data del prossimo pagamento; rinnovo automatico il; si rinnova automaticamente il; si rinnoverà automaticamente il; rinnovato automaticamente il
        volgende betaling; verlengingsdatum; wordt verlengd op; volgende verlenging; volgende factuurdatum; verlengt op;
        volgende facturering; volgende afschrijving; datum volgende betaling; automatische verlenging op; automatisch verlengd op
        próximo pagamento; data de renovação; renova em; próxima renovação; próxima cobrança; renovação em; renova-se em;
        data do próximo pagamento; próxima data de cobrança; próxima fatura; renovação automática em; renovada automaticamente em; renova-se automaticamente em
        次回お支払い日; 次回更新日; 更新日; 次回請求日; 次回決済日; 自動更新日; 次回課金日; 次回のお支払い; 更新予定日
        your plan renews on; plan renews on; następna płatność; data odnowienia; nästa betalning; förnyas; förnyas den; næste betaling;
        fornyes; fornyes den; neste betaling; seuraava maksu; uusitaan; další platba; obnoví se
    """,
    Label.RENEWAL_PRICE: """
        renewal price; renewal amount; next payment amount; renews at; price at renewal; amount of renewal; renewal fee;
        renewal cost; renewal total; recurring amount; recurring total; recurring payment; subscription price;
        next charge amount; renewal rate; amount to be charged; future payments; new price; new renewal price; neuer preis;
        nouveau prix; nuevo precio; nuovo prezzo; nieuwe prijs; novo preço
        verlängerungspreis; preis bei verlängerung; verlängerungsbetrag; nächster betrag; preis der verlängerung;
        betrag der verlängerung; abopreis; wiederkehrender betrag
        prix de renouvellement; montant du renouvellement; prix au renouvellement; tarif de renouvellement; montant récurrent
        precio de renovación; importe de la renovación; importe de renovación; precio de la renovación; importe recurrente
        prezzo di rinnovo; importo del rinnovo; prezzo rinnovo; costo del rinnovo; importo ricorrente
        verlengingsprijs; bedrag van verlenging; prijs bij verlenging; verlengingsbedrag; terugkerend bedrag
        preço de renovação; valor da renovação; preço da renovação; valor de renovação; valor recorrente
        更新料金; 更新価格; 更新金額; 次回請求額; 次回お支払い金額
    """,
    Label.RENEWAL_TERM: """
        renewal term; renewal period; renewal interval; renewal frequency; billing cycle; billing frequency; billing interval;
        payment frequency; payment interval; payment cycle; billing period; renews every; recurring; recurrence; billed; charged;
        subscription interval; auto-renewal term; auto-renewal period
        abrechnungszeitraum; abrechnungsintervall; abrechnungsperiode; zahlungsintervall; zahlungsweise; zahlungsturnus;
        verlängerungszeitraum; verlängerungsintervall; verlängerung um; abrechnungszyklus; abrechnung
        période de renouvellement; période de facturation; fréquence de facturation; fréquence de paiement;
        durée du renouvellement; cycle de facturation; périodicité; fréquence; facturation
        período de renovación; periodo de renovación; período de facturación; periodo de facturación; ciclo de facturación;
        frecuencia de facturación; frecuencia de pago; periodicidad; frecuencia; facturación
        periodo di rinnovo; periodo di fatturazione; ciclo di fatturazione; frequenza di fatturazione; frequenza di pagamento;
        frequenza; periodicità; fatturazione
        verlengingstermijn; verlengingsperiode; factureringsperiode; facturatieperiode; factuurperiode; betaaltermijn;
        betalingsfrequentie; facturering; betaalfrequentie
        período de renovação; período de faturação; período de cobrança; ciclo de faturação; ciclo de cobrança;
        frequência de cobrança; frequência de pagamento; frequência; faturação; cobrança
        更新間隔; 更新期間; 請求間隔; 請求サイクル; お支払い間隔; 支払い間隔; 更新サイクル; 課金周期
    """,
    Label.AUTO_RENEW: """
        auto-renewal; auto renewal; automatic renewal; auto-renew; auto renew; autorenewal; autorenew; renewal status;
        automatische verlängerung; auto-verlängerung; automatische erneuerung; autoverlängerung
        renouvellement automatique; reconduction automatique; renovación automática; autorrenovación; rinnovo automatico
        automatische verlenging; automatisch verlengen; renovação automática; 自動更新; 自動継続
        renewal; verlängerung; renouvellement; renovación; rinnovo; verlenging; renovação; odnowienie; förnyelse; fornyelse;
        automatyczne odnawianie; automatisk förnyelse; automatisk fornyelse; automaattinen uusiminen; automatické obnovení
    """,
    Label.SEATS: """
        devices; number of devices; number of seats; seats; number of licenses; number of licences; licenses; licences;
        computers; number of computers; number of users; users; number of pcs; pcs; activations; max. activations;
        activation limit; maximum activations; number of activations; device limit; installations
        geräte; anzahl geräte; anzahl der geräte; anzahl lizenzen; anzahl der lizenzen; lizenzen; plätze; aktivierungen;
        anzahl arbeitsplätze; arbeitsplätze; anzahl pcs; anzahl nutzer; benutzer; anzahl benutzer
        appareils; nombre d'appareils; nombre de licences; postes; nombre de postes; utilisateurs; activations
        dispositivos; número de dispositivos; número de licencias; licencias; equipos; número de equipos; usuarios
        dispositivi; numero di dispositivi; numero di licenze; licenze; postazioni; numero di postazioni; utenti
        apparaten; aantal apparaten; aantal licenties; licenties; gebruikers; aantal gebruikers
        dispositivos; número de dispositivos; número de licenças; licenças; computadores; número de computadores
        台数; ライセンス数; 利用可能台数; デバイス数; インストール可能台数; 利用台数; ユーザー数
        liczba urządzeń; liczba stanowisk; antal enheter; antal enheder; antall enheter; antal licenser; laitteiden määrä; počet zařízení;
        no. of devices; no. of seats; no. of users; device count; seat count; protected devices; members; valid for; gültig für;
        valable pour; válido para; válida para; valido per; valida per; geldig voor
    """,
    Label.RETURN_BY: """
        return by; return until; refund until; money-back until; returns accepted until; refund deadline; return deadline;
        rückgabe bis; widerruf bis; rückgabefrist bis; widerrufsfrist bis; retour jusqu'au; rétractation jusqu'au;
        devolución hasta; reso entro; reso entro il; retourneren tot; devolução até; 返品期限
    """,
    Label.CANCEL_BY: """
        cancel by; cancel before; cancel until; kündbar bis; kündigen bis; kündigung bis; résilier avant le;
        résiliable jusqu'au; cancelar antes del; disdetta entro il; disdici entro il; opzegbaar tot; opzeggen voor;
        cancelar até; 解約期限
    """,
    Label.DOWNLOAD: """
        download; downloads; download link; download links; file; files; download file; download url; your download; file name
        datei; dateien; download-link; herunterladen; dateiname
        téléchargement; télécharger; fichier; lien de téléchargement; fichiers; téléchargements
        descarga; descargar; archivo; enlace de descarga; archivos; descargas
        scarica; file; link di download; download; scaricare
        downloaden; bestand; downloadlink; bestanden
        transferência; descarregar; baixar; ficheiro; arquivo; link de download; arquivos; transferir
        ダウンロード; ダウンロードリンク; ファイル; ダウンロードurl
    """,
    Label.DOWNLOAD_UNTIL: """
        download available until; download expires; download expires on; link expires; link expires on; download until;
        download link expires; download link valid until; download valid until; available until; access expires;
        link valid until; downloads available until; download access expires; download link expires on
        download verfügbar bis; link gültig bis; download gültig bis; download-link gültig bis; verfügbar bis;
        herunterladen bis; downloadlink gültig bis
        téléchargement disponible jusqu'au; lien valable jusqu'au; disponible jusqu'au; téléchargeable jusqu'au
        descarga disponible hasta; enlace válido hasta; disponible hasta; download disponibile fino al; disponibile fino al;
        link valido fino al; download beschikbaar tot; beschikbaar tot; link geldig tot; download disponível até;
        disponível até; link válido até; ダウンロード期限; ダウンロード有効期限; リンク有効期限
    """,
    Label.MAKER: """
        publisher; vendor; manufacturer; developer; maker; hersteller; anbieter; herausgeber; entwickler; éditeur;
        fabricant; développeur; fabricante; editor; desarrollador; produttore; editore; sviluppatore; fabrikant; uitgever;
        ontwikkelaar; fornecedor; editora; メーカー; 発売元; 販売元; 開発元
    """,
    Label.QUANTITY: """
        quantity; qty; qty.; menge; anzahl; stück; quantité; qté; cantidad; cant.; quantità; q.tà; aantal; quantidade; qtd;
        数量; 個数
    """,
    Label.ITEM_PRICE: """
        price; unit price; preis; einzelpreis; stückpreis; prix; prix unitaire; precio; precio unitario; prezzo;
        prezzo unitario; prijs; stukprijs; preço; preço unitário; 価格; 単価; 金額; cena; cena jednostkowa; cena za kus; pris; hinta
    """,
    Label.PERIOD: """
        subscription period; license period; licence period; period; term; service term; coverage period; validity period;
        subscription term; valid; laufzeit; zeitraum; vertragslaufzeit; lizenzzeitraum; abozeitraum; gültigkeit;
        gültigkeitszeitraum; période; durée; période d'abonnement; validité; período; periodo; vigencia; período de suscripción;
        durata; validità; periode; looptijd; abonnementsperiode; geldigheid; período da assinatura; vigência; okres; okres ważności;
        利用期間; 契約期間; ご契約期間
    """,
    Label.OTHER: """
        valid from; start date; starts on; service period; gültig ab; valable à partir du; válido desde; valido dal;
        geldig vanaf; 開始日; pos; position; subtotal; sub-total; discount; shipping; payment method; tax; vat; net; fee; name; e-mail; email; address; phone;
        billing address; shipping address; customer; customer number; customer id; invoice number; invoice no; invoice;
        invoice #; invoice id; account number; ticket number; case number; tracking number; support id; coupon; status;
        download limit; downloads remaining; remaining downloads; licensed to; registered to; licensee; username; country;
        login; password; payment id; transaction id; card; card number; ending in; vat id; receipt number; receipt #; sku;
        product id; item number; article number; statement; bank statement; fax; telephone; user name; registration name;
        registered name; license type; licence type; platform; language; size; file size; receipt; receipt no; bill to
        zwischensumme; rabatt; versand; zahlungsart; zahlungsmethode; mwst; netto; rechnungsadresse; lieferadresse; telefon;
        kundennummer; rechnungsnummer; rechnung; rechnung nr; rechnungs-nr; artikelnummer; kunde; benutzername; passwort;
        registriert auf; lizenziert für; lizenznehmer; ticketnummer; steuer; gutschein; steuernummer; kunden-nr; zahlung
        sous-total; remise; livraison; mode de paiement; moyen de paiement; tva; adresse de facturation; téléphone;
        numéro de client; numéro de facture; facture; facture n°; mot de passe; nom d'utilisateur; licencié à; adresse
        subtotal; descuento; envío; método de pago; forma de pago; iva; dirección de facturación; teléfono; contraseña;
        número de cliente; número de factura; factura; factura n.º; usuario; registrado a; impuestos; nombre
        subtotale; sconto; spedizione; metodo di pagamento; iva; indirizzo di fatturazione; telefono; numero cliente;
        numero fattura; fattura; fattura n.; password; nome utente; registrato a; imposte; numero di fattura
        subtotaal; korting; verzending; betaalmethode; btw; factuuradres; telefoon; klantnummer; factuurnummer; factuur;
        wachtwoord; gebruikersnaam; geregistreerd op; naam; verzendadres
        subtotal; desconto; envio; método de pagamento; forma de pagamento; imposto; iva; endereço de faturação; telefone;
        número do cliente; número da fatura; fatura; senha; usuário; registrado para; nome; endereço de cobrança
        小計; 割引; 送料; 支払い方法; お支払い方法; 消費税; お客様番号; 請求書番号; 領収書番号; お名前; メールアドレス; 会員番号
        license id; licence id; lizenz-id; lizenzid; id de licence; id de licencia; id licenza; licentie-id; subscription id; account id; user id;
        device id; reference id; sold by; seller; shipped by; merchant; store; verkauft von; verkäufer; vendu par; vendeur; vendido por;
        vendedor; venduto da; venditore; verkocht door; verkoper; 販売者; payment status; order status; supported until;
        supported through; regular price; original price; list price; you saved; sprzedawca; forma płatności; betalningssätt; betalingsmetode
    """,
}


def _spelled(words: str) -> Iterator[str]:
    for phrase in re.split(r"[;\n]", words):
        plain = normal(phrase)
        if plain:
            yield plain


_END = ":：.。#№*"


def normal(text: str) -> str:
    """Returns a label as it is looked up: lower case, plain apostrophes, nothing but the words."""
    plain = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    plain = plain.replace("`", "'")
    plain = " ".join(plain.split())
    return plain.strip(" " + _END + "-–—=>•·|").strip()


PHRASES: dict[str, Label] = {}
for _label, _words in _WORDS.items():
    for _phrase in _spelled(_words):
        PHRASES.setdefault(_phrase, _label)
LONGEST_PHRASE = max(map(len, PHRASES))
