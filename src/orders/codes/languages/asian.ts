import type { Language } from "./language.ts";

export const hindi: Language = {
  certain: `सत्यापन कोड, वेरिफिकेशन कोड, सुरक्षा कोड, ओटीपी, पुष्टि कोड, लॉगिन कोड, लॉग इन कोड, वन टाइम पासवर्ड,
    एक बार का पासवर्ड, एकबारगी पासवर्ड, प्रमाणीकरण कोड, पुष्टिकरण कोड, एक्टिवेशन कोड, सत्यापन पिन, एक बार का कोड`,
  general: "कोड, पासवर्ड, पिन",
  is: "है, हैं",
  your: "आपका, आपकी, अपना, यह, का, के, की, निम्न, ये, में, रूप",
  of: "के लिए, का, के, की, से, पर, हेतु",
  enter: "दर्ज करें, डालें, उपयोग करें, इस्तेमाल करें",
  purpose: "सत्यापित, सत्यापन, लॉगिन, लॉग इन, पुष्टि, साइन इन, रजिस्टर, पंजीकरण, सक्रिय, रीसेट, वेरिफाई",
  gone: "भेजा गया, भेजा, भेज दिया, समाप्त, अनुरोध, अमान्य, गलत, बदल दिया, बदला गया",
  invalid: "समाप्त हो, पर समाप्त होने, अमान्य, गलत",
  link: "लिंक",
  warning: "साझा न करें, शेयर न करें, किसी के साथ, किसी को, किसी से, न बताएं, कभी",
  otherCodes: `
    डिस्काउंट कोड, कूपन कोड, प्रोमो कोड, पिन कोड क्षेत्र, क्यूआर कोड, बारकोड, रेफरल कोड, ऑफर कोड, पोस्टल कोड,
    आईएफएससी कोड, पिनकोड, वाउचर कोड, एसटीडी कोड`,
  numbers: `
    खाता संख्या, खाता नंबर, ऑर्डर नंबर, ऑर्डर संख्या, ऑर्डर, बिल नंबर, संदर्भ संख्या, संदर्भ, लेनदेन संख्या, ट्रेन,
    उड़ान, फ्लाइट, कमरा, सीट, फोन, मोबाइल नंबर, नंबर, संख्या, क्रमांक, समाप्त होने वाले, अंतिम अंक, शेष राशि,
    बैलेंस, राशि, रु, रुपये, कॉल करें, ग्राहक संख्या, टिकट, शिकायत संख्या`,
  things: "खाता, खाते, कार्ड, भुगतान, खरीद, लेनदेन, डिवाइस",
  units: `
    मिनट, मिनटों, घंटे, घंटा, घंटों, सेकंड, दिन, दिनों, सप्ताह, महीने, साल, रुपये, रुपए, पैसे, अंक, पॉइंट, प्रतिशत,
    लोग, ग्राहक, बजे`,
  offer: "छूट, डिस्काउंट, ऑफर, खरीदें, जीतें, मुफ्त, उपहार, कैशबैक, कूपन, इनाम",
};

export const bengali: Language = {
  certain: "যাচাইকরণ কোড, ভেরিফিকেশন কোড, নিরাপত্তা কোড, ওটিপি, ওয়ান টাইম পাসওয়ার্ড, নিশ্চিতকরণ কোড, লগইন কোড",
  general: "কোড, পাসওয়ার্ড, পিন",
  is: "হল, হলো",
  your: "আপনার, এই, এটি",
  of: "জন্য, এর",
  enter: "ব্যবহার করুন, লিখুন, দিন",
  purpose: "যাচাই, লগইন, নিশ্চিত, নিবন্ধন",
  gone: "পাঠানো হয়েছে, মেয়াদ শেষ, ভুল, পরিবর্তন",
  invalid: "মেয়াদ শেষ, ভুল",
  warning: "শেয়ার করবেন না, কাউকে, কারো সাথে, কখনও",
  otherCodes: "পোস্ট কোড, প্রোমো কোড, ডিসকাউন্ট কোড, কুপন কোড",
  numbers: "অর্ডার, অর্ডার নম্বর, নম্বর, ফোন, ব্যালেন্স, অ্যাকাউন্ট নম্বর, ট্রেন, ফ্লাইট",
  things: "অ্যাকাউন্ট, কার্ড, লেনদেন",
  units: "মিনিট, মিনিটের, ঘণ্টা, সেকেন্ড, দিন, টাকা, শতাংশ",
  offer: "ছাড়, অফার, কিনুন, বিনামূল্যে, ক্যাশব্যাক",
};

export const indonesian: Language = {
  certain: `
    kode verifikasi, kode keamanan, kode konfirmasi, kode otp, kode otentikasi, kode autentikasi, kode aktivasi,
    kode masuk, kode login, kode akses, kode sekali pakai, kata sandi sekali pakai, kode rahasia, kode registrasi,
    kode pendaftaran, kode sms, kata sandi sementara, kod pengesahan, kod keselamatan, kod pengaktifan,
    kod log masuk, kod sekali guna, kata laluan sekali guna, nombor tac, kod tac, tac anda, kod akses,
    kod verifikasi, no tac, kod pendaftaran, kod otp, kod satu kali, kata laluan sementara`,
  general: "kode, kod, kata sandi, kata laluan, pin, sandi, tac",
  is: "adalah, ialah, yaitu, merupakan",
  your: "anda, kamu, anda ini, ini, berikut, baru, saya, untukmu",
  of: "untuk, dari, di, pada, bagi, dengan",
  enter: "gunakan, masukkan, masukan, ketik, guna, isi, sila masukkan, silakan masukkan",
  purpose: `
    verifikasi, memverifikasi, mengkonfirmasi, konfirmasi, masuk ke, login, mendaftar, pendaftaran, mengaktifkan,
    aktivasi, log masuk, mengesahkan, pengesahan, mengatur ulang, atur ulang, menyelesaikan`,
  gone: `dikirim, telah dikirim, kami kirim, kedaluwarsa, kadaluarsa, diminta, digunakan, salah, tidak valid, diubah,
    diganti, dihantar, telah tamat, tidak sah, ditukar, menerima`,
  invalid: "telah kedaluwarsa, sudah kedaluwarsa, salah, tidak valid, tidak sah, telah tamat",
  link: "tautan",
  warning: `jangan bagikan, jangan berikan, jangan berikan kepada, jangan sebarkan, jangan kongsi, jangan dedah,
    jangan dedahkan, kepada siapapun, siapa pun, sesiapa, jangan beritahu, jangan, rahasia`,
  otherCodes: `
    kode pos, kode promo, kode diskon, kode voucher, kode kupon, kode referral, kode undangan, kode qr, kode batang,
    kode pesanan, kode booking, kode area, kode negara, kode produk, kode bayar, kode pembayaran, kode resi,
    kode error, kode unik, kode bank, kode toko, poskod, kod pos, kod promo, kod diskaun, kod baucar, kod qr,
    kod bar, kod tempahan, kod rujukan, kod negara, kata sandi wifi, kode cabang, kode pengambilan`,
  numbers: `nomor rekening, no rekening, rekening, nomor pesanan, no pesanan, pesanan, faktur, tagihan, referensi,
    nomor referensi, no ref, nomor resi, resi, paket, penerbangan, kereta, kamar, kursi, telp, telepon, no hp,
    nomor hp, nomor, nombor, no, berakhiran, yang berakhir, berakhir dengan, berakhir, akhir, saldo, jumlah,
    sebesar, hubungi, hubungi kami di, pelanggan, polis, tiket, akaun no, nombor akaun, baki, jumlah bayaran,
    invois, rujukan, no rujukan, bilik, tahun, sejak, tanggal, pukul, va, virtual account`,
  things: "akun, akaun, pesanan, kartu, kad, pembayaran, pembelian, transaksi, transfer, perangkat, peranti",
  units: `menit, jam, detik, hari, minggu, bulan, tahun, rupiah, ribu, juta, poin, persen, minit, saat, ringgit, sen,
    mata, peratus, orang, pelanggan`,
  offer: `diskon, promo, potongan, penawaran, belanja, beli sekarang, menangkan, gratis, hadiah, voucher, diskaun,
    tawaran, percuma, baucar, undian, cashback`,
};

export const vietnamese: Language = {
  certain: `
    mã xác nhận, mã xác minh, mã xác thực, mã otp, mã bảo mật, mã kích hoạt, mã đăng nhập, mã đăng ký, mã truy cập,
    mã kiểm tra, mã dùng một lần, mật khẩu dùng một lần, mật khẩu một lần, mật khẩu tạm thời, mã số xác nhận,
    mã số xác thực, mã khôi phục, ma otp`,
  general: "mã, mã số, mật khẩu, mã pin, mã code",
  is: "là, la",
  your: "của bạn, của quý khách, bạn, quý khách, này, sau, mới, cua ban",
  of: "cho, từ, tại, để, trên",
  enter: "nhập, sử dụng, dùng, vui lòng nhập",
  purpose: "xác minh, xác nhận, xác thực, đăng nhập, đăng ký, kích hoạt, để đăng nhập, hoàn tất, khôi phục, đặt lại",
  gone: `đã được gửi, đã gửi, gửi đến, hết hạn, yêu cầu, đã sử dụng, không hợp lệ, nhập sai, đã thay đổi, đã đổi,
    bị khóa`,
  invalid: "đã hết hạn, không hợp lệ, mã sai, nhập sai",
  link: "liên kết",
  warning: `không chia sẻ, không cung cấp, đừng chia sẻ, không tiết lộ, cho bất kỳ ai, với bất kỳ ai, với ai,
    tuyệt đối không, cho ai`,
  otherCodes: `
    mã giảm giá, mã khuyến mãi, mã ưu đãi, mã quà tặng, mã đơn hàng, mã đơn, mã vận đơn, mã bưu chính, mã vạch,
    mã qr, mã giao dịch, mã gd, ma gd, mã khách hàng, mã kh, mã sản phẩm, mã giới thiệu, mã vùng, mã đặt chỗ,
    mã đặt vé, mã lỗi, mã hóa đơn, mã thanh toán, mã dự thưởng, mã chứng khoán, mã số thuế, mã bưu điện, mã hồ sơ,
    mật khẩu wifi`,
  numbers: `số tài khoản, stk, tài khoản số, tk, đơn hàng, đơn hàng số, số đơn hàng, hóa đơn, hóa đơn số, tham chiếu,
    vận đơn, chuyến bay, phòng, ghế, đt, sđt, điện thoại, số điện thoại, số, hotline, tổng đài, gọi, gọi số,
    liên hệ, kết thúc bằng, đuôi, số cuối, số dư, số tiền, gd, tổng, khách hàng số, hợp đồng, vé, năm, soạn tin gửi,
    gửi, soạn`,
  things: "tài khoản, thẻ tín dụng, thẻ ghi nợ, giao dịch, thanh toán, mua hàng, chuyển khoản, thiết bị",
  units: `phút, giờ, giây, ngày, tuần, tháng, năm, đồng, đ, vnd, vnđ, nghìn, triệu, điểm, phần trăm, khách hàng, người`,
  offer: "giảm giá, khuyến mãi, ưu đãi, mua ngay, trúng thưởng, miễn phí, quà tặng, giảm, voucher, tặng, hoàn tiền",
};

export const thai: Language = {
  certain: `
    รหัสยืนยัน, รหัสการยืนยัน, รหัส otp, รหัสโอทีพี, โอทีพี, รหัสความปลอดภัย, รหัสรักษาความปลอดภัย, รหัสเข้าสู่ระบบ,
    รหัสผ่านครั้งเดียว, รหัสผ่านแบบใช้ครั้งเดียว, รหัสใช้ครั้งเดียว, รหัสเปิดใช้งาน, รหัสตรวจสอบ, รหัสยืนยันตัวตน,
    รหัสผ่านชั่วคราว, รหัสลงทะเบียน`,
  general: "รหัส, รหัสผ่าน, โค้ด, พิน",
  is: "คือ, เป็น",
  your: "ของคุณ, ของท่าน, นี้, ใหม่, ต่อไปนี้, ตัว, เลข",
  of: "สำหรับ, จาก, ใน, เพื่อ",
  enter: "ใช้, กรอก, ใส่, โปรดใช้, กรุณากรอก, ป้อน",
  purpose: "ยืนยัน, เข้าสู่ระบบ, ลงทะเบียน, เปิดใช้งาน, สมัคร, รีเซ็ต, ทำรายการ",
  gone: "ส่งไปยัง, ถูกส่ง, ได้ส่ง, หมดอายุแล้ว, ขอรหัส, ไม่ถูกต้อง, ผิด, เปลี่ยนแล้ว, ถูกล็อก",
  invalid: "หมดอายุแล้ว, ไม่ถูกต้อง",
  link: "ลิงก์",
  warning: `
    ห้ามเปิดเผย, อย่าเปิดเผย, ห้ามบอก, อย่าบอก, ห้ามแชร์, อย่าแชร์, ให้ผู้อื่น, กับผู้อื่น, กับใคร, แก่ผู้อื่น,
    ห้ามให้`,
  otherCodes: `
    รหัสไปรษณีย์, รหัสสินค้า, รหัสส่วนลด, โค้ดส่วนลด, โค้ดลด, รหัสลูกค้า, รหัสพนักงาน, รหัสสมาชิก, รหัสโปรโมชั่น,
    รหัสอ้างอิง, รหัสพัสดุ, รหัสประเทศ, รหัสแนะนำ, บาร์โค้ด, คิวอาร์โค้ด, รหัสการจอง, รหัสจอง, รหัสสั่งซื้อ,
    รหัสสาขา, รหัสผ่านไวไฟ, รหัสรับพัสดุ, รหัสรับของ`,
  numbers: `เลขที่บัญชี, บัญชีเลขที่, เลขบัญชี, คำสั่งซื้อ, คำสั่งซื้อหมายเลข, หมายเลขคำสั่งซื้อ, ใบแจ้งหนี้, อ้างอิง,
    เลขอ้างอิง, หมายเลขอ้างอิง, พัสดุ, หมายเลขพัสดุ, เที่ยวบิน, ขบวน, ห้อง, ที่นั่ง, โทร, โทรศัพท์, เบอร์, หมายเลข,
    เลขที่, ลงท้าย, ลงท้ายด้วย, ยอดเงิน, ยอดคงเหลือ, คงเหลือ, จำนวน, จำนวนเงิน, ติดต่อ, กรมธรรม์, ปี, ref`,
  things: "บัญชี, บัตร, การชำระเงิน, การซื้อ, รายการ, อุปกรณ์",
  units: "นาที, ชั่วโมง, ชม, วินาที, วัน, สัปดาห์, เดือน, ปี, บาท, สตางค์, คะแนน, แต้ม, เปอร์เซ็นต์, คน, ลูกค้า, น.",
  offer: "ส่วนลด, โปรโมชั่น, ลดราคา, ช้อปเลย, ซื้อเลย, ลุ้นรับ, ฟรี, ของขวัญ, คูปอง, ลด, แคชแบ็ก, เงินคืน",
};

export const chinese: Language = {
  certain: `验证码, 驗證碼, 校验码, 校驗碼, 动态码, 動態碼, 动态密码, 動態密碼, 确认码, 確認碼, 认证码, 認證碼, 安全码, 安全碼, 登录码, 登入碼, 激活码, 啟動碼, 一次性密码, 一次性密碼,
    一次性验证码, 一次性驗證碼, 短信口令, 随机码, 隨機碼, 验证代码, 驗證代碼, 安全代码, 检验码, 检证码, 注册码, 註冊碼, 临时密码, 臨時密碼, 动态口令, 登录密码, 交易密码, 交易碼, 登录验证,
    提取密碼, 單次密碼, 一次有效密碼, 驗證號碼, 认证号码, 手机验证, 短信验证, 识别码, 識別碼, 授权码, 授權碼`,
  general: "密码, 密碼, 口令, 代码, 代碼",
  is: "是, 为, 為, 係",
  your: "您的, 你的, 本次, 此次, 这个, 此, 以下, 您, 如下, 的, 本, 这是, 這是, 作为, 作為",
  of: "用于, 用於, 登录, 登入, 注册, 关于",
  enter: "输入, 輸入, 填写, 填寫, 使用, 键入, 請輸入, 请输入",
  purpose: "验证, 驗證, 确认, 確認, 登录, 登錄, 登入, 注册, 註冊, 激活, 啟用, 绑定, 綁定, 重置, 重設, 认证, 認證",
  gone: "已发送, 已發送, 发送至, 發送至, 发送到, 已过期, 已過期, 已失效, 错误, 錯誤, 已修改, 已变更, 已更改, 申请了",
  invalid: "已过期, 已過期, 已失效, 错误, 錯誤, 无效, 無效",
  link: "链接, 連結, 点击, 點擊",
  warning: "请勿, 請勿, 切勿, 勿告知, 不要告诉, 不要告訴, 不要泄露, 勿泄露, 任何人, 他人, 謹防, 谨防, 勿转发, 打死不要",
  otherCodes: `
    优惠码, 優惠碼, 折扣码, 折扣碼, 邀请码, 邀請碼, 兑换码, 兌換碼, 取件码, 取件碼, 提货码, 提貨碼, 取货码, 推荐码, 推薦碼, 条形码, 條碼, 二维码, 二維碼, 邮政编码, 郵遞區號, 区号,
    區號, 股票代码, 股票代碼, 错误代码, 錯誤代碼, 源代码, 國家代碼, 国家代码, 产品代码, 產品代碼, 统一社会信用代码, 取餐码, 取餐碼, 核销码, 券码, 序列码, wifi密码, wifi密碼, 活动口令,
    机场代码, 订座代码, 会员代码, 识别码尾号, 银行代码`,
  numbers: `
    账号, 帳號, 账户, 帳戶, 卡号, 卡號, 订单, 訂單, 订单号, 訂單號, 订单编号, 訂單編號, 单号, 單號, 快递, 快递单号, 运单号, 流水号, 流水號, 交易号, 编号, 編號, 发票, 發票, 航班,
    车次, 車次, 列车, 房间, 房間, 座位, 座号, 电话, 電話, 热线, 熱線, 客服, 致电, 請電, 请拨打, 拨打, 撥打, 手机, 手機, 手机号, 手機號碼, 号码, 號碼, 尾号, 尾號, 末四位, 尾数,
    尾數, 末四码, 末四碼, 余额, 餘額, 金额, 金額, 消费, 共计, 总额, 合计, 保单, 预约号, 排队号, 自, 年份, 工单, 工單, 案件, 箱, 参考编号, 參考編號, 回复, 回覆, 货柜, 订座, 至`,
  units: `
    分钟, 分鐘, 分, 小时, 小時, 秒, 秒钟, 秒鐘, 天, 日, 周, 月, 年, 元, 块, 塊, 圆, 圓, 万, 萬, 積分, 积分, 折, 位, 个, 個, 次, 人, 件, 名, 号, 號, 楼, 樓, 期,
    里程, 点, 點, 时, 時, 公里, 港元, 美元, 人民币, 台币, 兆, 条, 條`,
  offer:
    "优惠, 優惠, 折扣, 促销, 促銷, 抢购, 搶購, 立减, 满减, 中奖, 中獎, 免费, 免費, 礼品, 禮品, 红包, 紅包, 返现, 特价, 特價, 领取",
};

export const japanese: Language = {
  certain: `
    認証コード, 認証番号, 認証用コード, 確認コード, 確認番号, 確認用コード, 検証コード, ワンタイムパスワード, ワンタイムコード, ワンタイムパスコード, ワンタイムpin, パスコード, セキュリティコード,
    セキュリティーコード, ログインコード, 本人確認コード, 登録コード, アクセスコード, アクティベーションコード, 一時パスワード, 仮パスワード, 認証キー, smsコード, sms認証コード, 二段階認証コード,
    2段階認証コード, 検証番号, 承認コード, 認証pin, リセットコード, 再設定コード`,
  general: "コード, パスワード, 暗証番号, 番号は",
  is: "は, が, です, は次のとおりです, は以下の通りです, は以下のとおりです, を",
  your: "あなたの, お客様の, この, 次の, 以下の, こちら, の",
  of: "用, 用の, にて",
  enter: "入力, を入力, 次の番号を入力",
  purpose: "認証, 確認, ログイン, サインイン, 登録, 本人確認, 有効化, 再設定, 完了",
  gone: "送信しました, 送信されました, 送信いたしました, お送りしました, 有効期限が切れ, 期限切れ, 誤り, 間違い, 変更されました, 変更しました, 無効",
  invalid: "有効期限が切れました, 期限切れ, 無効です, 誤りです, で終わる",
  link: "リンク, タップ",
  warning: "教えないで, 他人に, 第三者に, 誰にも, 共有しないで, 知らせないで, 絶対に, 伝えないで",
  otherCodes: `
    バーコード, qrコード, クーポンコード, 招待コード, プロモーションコード, プロモコード, 割引コード, ギフトコード, 紹介コード, 国コード, 商品コード, エラーコード, ソースコード, 予約コード,
    郵便コード, 銀行コード, 支店コード, 金融機関コード, 受取コード, シリアルコード, キャンペーンコード, レコード, 証券コード, カラーコード, スコード, wi-fiパスワード, wifiパスワード,
    認証番号札`,
  numbers: `
    口座番号, 口座, 注文番号, ご注文番号, 注文, 請求書, 請求番号, 参照番号, 受付番号, お問い合わせ番号, 問い合わせ番号, お問合せ番号, 伝票番号, 追跡番号, 会員番号, お客様番号, 予約番号, 便名,
    便, 列車, 号車, 部屋, 座席, 電話, 電話番号, 郵便番号, 番号, 下4桁, 下四桁, 末尾, 末尾が, 残高, 金額, 合計, ご請求額, 証券番号, 整理番号, 年, 製造番号, 型番, 電話番号は,
    注文番号は, 残高は, 予約番号は, 荷物, 決済番号, 承認番号`,
  things: "カード, アカウント, お支払い, 取引, 端末",
  units: `
    分, 分間, 時間, 時, 秒, 秒間, 日, 日間, 週間, か月, ヶ月, 月, 年, 円, ポイント, 万円, 人, 名, 件, 個, 回, 桁, 番線, 号室, 号, 便, パーセント, 割引, 階, 丁目, 番地,
    点, 本, 枚, キロ`,
  offer: "割引, クーポン, キャンペーン, セール, お得, 当選, 無料, プレゼント, ギフト, 還元, 特価, オフ",
};

export const korean: Language = {
  certain: `
    인증번호, 인증 번호, 인증코드, 인증 코드, 본인확인 인증번호, 확인코드, 확인 코드, 확인번호, 보안코드, 보안 코드, 로그인 코드, 로그인코드, 일회용 비밀번호, 일회용비밀번호, 일회용 코드,
    일회용 인증번호, 임시 비밀번호, 임시비밀번호, 액세스 코드, 활성화 코드, 등록 코드, 비밀코드, 패스코드, 1회용 비밀번호, 본인인증번호, 본인 인증번호, 검증 코드, 보안번호, 일회용 패스워드`,
  general: "코드, 비밀번호, 암호, 핀번호",
  is: "는, 은, 가, 이, 입니다, 이다, 를, 을",
  your: "귀하의, 회원님의, 고객님의, 당신의, 다음, 아래, 이, 새, 의, 란에, 로",
  of: "위한, 에서, 용",
  enter: "입력, 입력하세요",
  purpose: "인증, 확인, 로그인, 가입, 본인확인, 등록, 활성화, 재설정, 완료",
  gone: "발송되었습니다, 발송했습니다, 전송되었습니다, 전송했습니다, 만료, 요청되었습니다, 잘못된, 오류, 변경되었습니다, 무효, 발송됨",
  invalid: "만료되었, 만료됐, 잘못된, 잘못되었, 무효, 로 끝나는, 으로 끝나는",
  link: "링크",
  warning: "공유하지, 알려주지, 타인에게, 누구에게도, 절대, 노출하지, 제3자, 타인, 유출",
  otherCodes: `
    바코드, qr코드, qr 코드, 쿠폰코드, 쿠폰 코드, 할인코드, 할인 코드, 초대코드, 초대 코드, 추천코드, 추천인 코드, 프로모션 코드, 소스코드, 국가코드, 국가 코드, 상품코드, 상품 코드,
    예약코드, 우편코드, 오류코드, 오류 코드, 은행코드, 기프트 코드, 수령 코드, 종목코드, 와이파이 비밀번호, 현관 비밀번호, 공동현관 비밀번호, 공동현관, 사물함 비밀번호`,
  numbers: `
    계좌번호, 계좌, 주문번호, 주문 번호, 주문, 송장번호, 운송장번호, 운송장, 예약번호, 예약 번호, 접수번호, 승인번호, 거래번호, 고객번호, 회원번호, 문의번호, 항공편, 열차, 좌석, 객실,
    호실, 전화, 전화번호, 연락처, 번호, 끝자리, 뒷자리, 뒤 4자리, 잔액, 금액, 합계, 총액, 우편번호, 카드번호, 대기번호, 택배, 청구번호, 증권번호, 문의, 고객센터, 결제금액`,
  things: "카드, 계정, 결제, 거래, 기기",
  units:
    "분, 분간, 시간, 시, 초, 일, 일간, 주, 개월, 월, 년, 원, 만원, 포인트, 명, 건, 개, 회, 자리, 퍼센트, 호, 호실, 번, 층, 점, 대, 장, 천원, 마일",
  offer: "할인, 쿠폰, 이벤트, 세일, 당첨, 무료, 증정, 선물, 적립, 혜택, 특가",
};
